package script

import (
	"strings"
	"testing"
	"unicode"
)

func TestPhrase(t *testing.T) {
	for _, test := range []struct {
		lang string
		kind phraseKind
		n, m int
		want string
	}{
		{"de", phraseCode, 12, 0, "Programmcode, 12 Zeilen."},
		{"de-AT", phraseCode, 1, 0, "Programmcode, eine Zeile."},
		{"de", phraseTable, 3, 1, "Tabelle, 3 Zeilen, eine Spalte."},
		{"de", phraseNote, 3, 0, "Fußnote 3."},
		{"de", phraseNote, 0, 0, "Fußnote."},
		{"de", phraseNoteText, 14, 0, "Fußnote 14: "},
		{"de", phraseNoteText, 0, 0, "Fußnote: "},
		{"de", phraseAsideEnd, 0, 0, "Ende des Kastens."},
		{"en-GB", phraseTable, 1, 2, "Table, one row, 2 columns."},
		{"en", phraseCode, 1500, 0, "Program code, 1500 lines."},
		{"en", phraseImage, 0, 0, "Image: "},
		{"fr", phraseCode, 1, 0, "Code informatique, une ligne."},
		{"fr", phraseCode, 20, 0, "Code informatique, 20 lignes."},
		{"fr-CA", phraseCode, 21, 0, "Code informatique, lignes : 21."},
		{"fr", phraseCode, 11, 0, "Code informatique, 11 lignes."},
		{"fr", phraseNoteText, 0, 0, "Note : "},
		{"es", phraseTable, 31, 2, "Tabla, filas: 31, 2 columnas."},
		{"es", phraseTable, 111, 1, "Tabla, 111 filas, una columna."},
		{"it", phraseTable, 21, 4, "Tabella, 21 righe, 4 colonne."},
		{"nl", phraseCode, 1, 0, "Programmacode, één regel."},
		{"pl", phraseTable, 1, 2, "Tabela, jeden wiersz, dwie kolumny."},
		{"pl", phraseTable, 2, 4, "Tabela, dwa wiersze, 4 kolumny."},
		{"pl", phraseTable, 5, 12, "Tabela, 5 wierszy, 12 kolumn."},
		{"pl", phraseTable, 12, 22, "Tabela, 12 wierszy, kolumn: 22."},
		{"pl", phraseTable, 22, 21, "Tabela, 22 wiersze, 21 kolumn."},
		{"pl", phraseCode, 113, 0, "Kod programu, 113 wierszy."},
		{"pl", phraseCode, 104, 0, "Kod programu, 104 wiersze."},
		{"ru", phraseTable, 1, 1, "Таблица, одна строка, один столбец."},
		{"ru", phraseTable, 2, 2, "Таблица, две строки, два столбца."},
		{"ru", phraseTable, 4, 5, "Таблица, 4 строки, 5 столбцов."},
		{"ru", phraseTable, 11, 14, "Таблица, 11 строк, 14 столбцов."},
		{"ru", phraseTable, 21, 23, "Таблица, строк: 21, 23 столбца."},
		{"ru", phraseCode, 112, 0, "Программный код, 112 строк."},
		{"ru", phraseCode, 102, 0, "Программный код, строк: 102."},
		{"zh-Hant", phraseTable, 1, 2, "表格，1行，2列。"},
		{"zh", phraseNote, 0, 0, "脚注。"},
		{"ja", phraseCode, 12, 0, "プログラムコード、12行。"},
	} {
		if got, ok := phrase(test.lang, test.kind, test.n, test.m); got != test.want || !ok {
			t.Errorf("%s %d %d %d: got %q, want %q", test.lang, test.kind, test.n, test.m, got, test.want)
		}
	}
	for _, lang := range []string{"sv", "", "bad tag"} {
		if got, ok := phrase(lang, phraseQuote, 0, 0); got != "" || ok {
			t.Errorf("%q: got %q", lang, got)
		}
	}
}

// Every phrase exists, in the right form for joining, and every number is said.
func TestPhrasesWhole(t *testing.T) {
	if len(phrasebooks) != 10 {
		t.Errorf("%d languages", len(phrasebooks))
	}
	for lang := range phrasebooks {
		for kind := range phraseKind(phraseKinds) {
			for n := range 130 {
				got, _ := phrase(lang, kind, n, 130-n)
				last := strings.TrimRight(got, " ")
				switch kind {
				case phraseImage, phraseNoteText, phraseAddress:
					if !strings.HasSuffix(last, ":") && !strings.HasSuffix(last, "：") || strings.HasSuffix(last, "：") != (last == got) {
						t.Errorf("%s %d: %q is no prefix", lang, kind, got)
					}
				case phraseLink:
					if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsLetter(r) && r != 'ー' }) || got == "" {
						t.Errorf("%s: %q is no word", lang, got)
					}
				default:
					if !strings.HasSuffix(got, ".") && !strings.HasSuffix(got, "。") {
						t.Errorf("%s %d: %q is no sentence", lang, kind, got)
					}
				}
				if strings.ContainsAny(got, "%") || strings.Contains(got, "  ") || strings.Contains(got, " .") {
					t.Errorf("%s %d %d: %q", lang, kind, n, got)
				}
				if plain(got) != last {
					t.Errorf("%s %d: %q is not clean", lang, kind, got)
				}
			}
		}
	}
}
