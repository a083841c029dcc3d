//go:build unix

package main

import (
	"fmt"
	"strings"
)

// The article of the benchmark: German prose of our own, each sentence a
// different combination, about nine seconds long.

var openings = []string{
	"Am frühen Morgen", "Kurz vor Mitternacht", "Nach langem Zögern", "Wie in jedem Jahr", "Zur Überraschung aller",
	"Trotz des Regens", "In einer schmalen Gasse", "Gegen zehn Uhr", "Mit leiser Stimme", "Ohne ein Wort des Abschieds",
	"Im Schatten der alten Mühle", "Während draußen der Wind tobte", "Seit dem vergangenen Herbst", "An der Küste",
	"Hinter verschlossenen Türen", "Unter dem Dach des Bahnhofs", "Zwischen zwei Sitzungen", "Bei Kerzenlicht",
	"Fern von der Stadt", "Am Ende des langen Flurs", "In der Werkstatt seines Vaters", "Auf der Rückfahrt",
}

var middles = []string{
	"erklärte die Leiterin des Archivs", "bemerkte der Kapitän", "entschied der Gemeinderat", "fand eine junge Botanikerin heraus",
	"berichtete der Uhrmacher", "wusste der Nachtwächter", "schrieb die Korrespondentin", "vermutete der Ingenieur",
	"hörte eine Lehrerin", "bestätigte der Bürgermeister", "erinnerte sich die Köchin", "notierte der Vermesser",
	"erzählte ein Fährmann", "begriff die Geigerin", "versprach der Förster", "meldete die Wetterstation",
	"behauptete ein Händler", "gestand der Übersetzer", "zeigte die Kartografin", "rechnete der Buchhalter vor",
}

var endings = []string{
	"dass die Brücke über den Fluss noch vor dem Winter erneuert werden müsse.",
	"dass im Keller mehr als dreihundert vergessene Briefe lagen.",
	"dass niemand die Rechnung für das Fest bezahlt hatte.",
	"dass die seltenen Vögel nach sieben Jahren zurückgekehrt waren.",
	"dass der Schlüssel zum Turm seit Wochen verschwunden war.",
	"dass die neue Strecke zwölf Minuten schneller sein würde.",
	"dass ein einziger Fehler die ganze Ernte gekostet hätte.",
	"dass man die alte Sprache des Tals wieder in der Schule lehrt.",
	"dass der Nebel über dem See erst am Nachmittag verschwinden werde.",
	"dass die Maschine auch nach hundert Jahren ohne Störung lief.",
	"dass auf der Karte eine Insel fehlte, die jeder Fischer kannte.",
	"dass der Vertrag nur in einer einzigen Abschrift erhalten blieb.",
	"dass die Orgel zum ersten Mal seit dem Brand erklingen sollte.",
	"dass der Weg durch das Moor für Fremde gefährlich bleibt.",
	"dass die Hälfte der Häuser im Dorf leer steht.",
	"dass ein Kind die Lösung in wenigen Augenblicken gefunden hatte.",
	"dass der Zug wegen einer verirrten Kuh drei Stunden stillstand.",
	"dass die Farbe der Wände einmal leuchtend blau gewesen war.",
	"dass er das Rezept niemandem verraten und mit ins Grab nehmen werde.",
	"dass die Quelle selbst im heißesten Sommer nicht versiegt.",
	"dass unter dem Pflaster die Mauern einer viel älteren Stadt liegen.",
	"dass sie die Reise in umgekehrter Richtung noch einmal wagen wolle.",
}

const (
	sentencesAnHour   = 600
	sentencesAChapter = 40
	sentencesAPart    = 5
)

// article writes about so many hours of speech, as a plain text with a title
// and a heading every few minutes.
func article(hours float64) string {
	var b strings.Builder
	b.WriteString("Berichte aus einem weiten Land\n\n")
	total := int(hours * sentencesAnHour)
	for i := range total {
		if i%sentencesAChapter == 0 {
			fmt.Fprintf(&b, "Der %d. Bericht\n\n", i/sentencesAChapter+1)
		}
		// A step that shares no factor with the number of combinations reaches
		// each of them before it repeats one.
		n := i * 3989 % (len(openings) * len(middles) * len(endings))
		o, n := n%len(openings), n/len(openings)
		m, e := n%len(middles), n/len(middles)
		fmt.Fprintf(&b, "%s %s, %s", openings[o], middles[m], endings[e])
		if (i+1)%sentencesAPart == 0 || (i+1)%sentencesAChapter == 0 || i+1 == total {
			b.WriteString("\n\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
