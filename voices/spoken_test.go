package voices_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"narrate/voices"
)

// sentences has one sentence for each embedded profile.
var sentences = map[string]string{
	"bg":     "Сутринта рибарите се върнаха с празни мрежи, но никой не се оплакваше.",
	"ca":     "Al matí els pescadors van tornar amb les xarxes buides, però ningú no es va queixar.",
	"cs":     "Ráno se rybáři vrátili s prázdnými sítěmi, ale nikdo si nestěžoval.",
	"da":     "Om morgenen vendte fiskerne tilbage med tomme net, men ingen klagede.",
	"de":     "Am Morgen kehrten die Fischer mit leeren Netzen zurück, doch niemand beklagte sich.",
	"el":     "Το πρωί οι ψαράδες γύρισαν με άδεια δίχτυα, αλλά κανείς δεν παραπονέθηκε.",
	"en-GB":  "In the morning the fishermen came home with empty nets, yet nobody complained.",
	"en-US":  "In the morning the fishermen came home with empty nets, yet nobody complained.",
	"es":     "Por la mañana los pescadores volvieron con las redes vacías, pero nadie se quejó.",
	"es-419": "Por la mañana los pescadores regresaron con las redes vacías, pero nadie se quejó.",
	"et":     "Hommikul tulid kalurid tühjade võrkudega tagasi, kuid keegi ei kurtnud.",
	"fi":     "Aamulla kalastajat palasivat tyhjin verkoin, mutta kukaan ei valittanut.",
	"fr":     "Au matin, les pêcheurs sont rentrés avec des filets vides, mais personne ne s’est plaint.",
	"hi":     "सुबह मछुआरे खाली जाल लेकर लौटे, लेकिन किसी ने शिकायत नहीं की।",
	"hr":     "Ujutro su se ribari vratili s praznim mrežama, ali nitko se nije žalio.",
	"hu":     "Reggel a halászok üres hálókkal tértek haza, de senki sem panaszkodott.",
	"id":     "Pagi itu para nelayan pulang dengan jala kosong, tetapi tidak ada yang mengeluh.",
	"it":     "Al mattino i pescatori tornarono con le reti vuote, ma nessuno si lamentò.",
	"ko":     "아침에 어부들은 빈 그물을 들고 돌아왔지만 아무도 불평하지 않았다.",
	"lt":     "Rytą žvejai grįžo su tuščiais tinklais, bet niekas nesiskundė.",
	"lv":     "No rīta zvejnieki atgriezās ar tukšiem tīkliem, bet neviens nesūdzējās.",
	"nb":     "Om morgenen kom fiskerne hjem med tomme garn, men ingen klaget.",
	"nl":     "In de ochtend kwamen de vissers met lege netten thuis, maar niemand klaagde.",
	"pl":     "Rano rybacy wrócili z pustymi sieciami, ale nikt się nie skarżył.",
	"pt":     "De manhã os pescadores voltaram com as redes vazias, mas ninguém se queixou.",
	"pt-BR":  "De manhã os pescadores voltaram com as redes vazias, mas ninguém reclamou.",
	"ro":     "Dimineața pescarii s-au întors cu plasele goale, dar nimeni nu s-a plâns.",
	"ru":     "Утром рыбаки вернулись с пустыми сетями, но никто не жаловался.",
	"sk":     "Ráno sa rybári vrátili s prázdnymi sieťami, ale nikto sa nesťažoval.",
	"sl":     "Zjutraj so se ribiči vrnili s praznimi mrežami, vendar se nihče ni pritoževal.",
	"sr":     "Ујутру су се рибари вратили са празним мрежама, али се нико није жалио.",
	"sv":     "På morgonen kom fiskarna hem med tomma nät, men ingen klagade.",
	"tr":     "Sabah balıkçılar boş ağlarla döndüler, ama kimse şikâyet etmedi.",
	"uk":     "Вранці рибалки повернулися з порожніми сітями, але ніхто не скаржився.",
	"vi":     "Buổi sáng những người đánh cá trở về với lưới rỗng, nhưng không ai than phiền.",
	"zh":     "早上，渔民们带着空网回来了，但是没有人抱怨。",
}

// TestSpoken lets espeak-ng speak a sentence with every embedded profile's
// voice: the voice is there, there is sound of a plausible length and level, and
// nothing is read in English for want of a rule of the language's own.
func TestSpoken(t *testing.T) {
	program, err := exec.LookPath("espeak-ng")
	if err != nil {
		t.Fatal("espeak-ng is not installed: apt-get install espeak-ng")
	}
	known, err := exec.Command(program, "--voices").Output()
	if err != nil {
		t.Fatal(err)
	}
	set, err := voices.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range set.List() {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			text, ok := sentences[v.Name]
			if !ok {
				t.Fatal("no sentence for this profile")
			}
			if !strings.Contains(string(known), " "+v.Engine+" ") {
				t.Errorf("%q is not in the column File of espeak-ng --voices", v.Engine)
			}
			run := func(args ...string) []byte {
				var out, problems bytes.Buffer
				cmd := exec.Command(program, append([]string{"--stdin", "-v", v.Engine}, args...)...)
				cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), &out, &problems
				if err := cmd.Run(); err != nil || problems.Len() > 0 {
					t.Fatalf("%v: %s", err, &problems)
				}
				return out.Bytes()
			}
			if phonemes := run("-q", "-x"); bytes.Contains(phonemes, []byte("(en)")) {
				t.Errorf("read as English: %s", phonemes)
			}
			seconds, loudness := measure(t, run("--stdout"))
			// Syllables, not letters, take time: a letter or Devanagari sign
			// 40 to 120 ms, a Hangul or Han character 100 to 350 ms.
			n := float64(len([]rune(norm.NFC.String(text))))
			lo, hi := 0.04*n, 0.12*n
			if v.Language == "zh" || v.Language == "ko" {
				lo, hi = 0.1*n, 0.35*n
			}
			if seconds < lo || seconds > hi {
				t.Errorf("%.2f s for %v characters", seconds, n)
			}
			if loudness < -35 || loudness > -6 {
				t.Errorf("%.1f dBFS RMS", loudness)
			}
		})
	}
}

// measure gives the length in seconds and the RMS level in dBFS of a mono
// 16-bit WAV whose header cannot be trusted for its length.
func measure(t *testing.T, wav []byte) (seconds, level float64) {
	if len(wav) < 44 || string(wav[:4]) != "RIFF" || string(wav[36:40]) != "data" {
		t.Fatalf("no WAV: %d bytes", len(wav))
	}
	rate := binary.LittleEndian.Uint32(wav[24:])
	samples := wav[44:]
	sum := 0.0
	for i := 0; i+1 < len(samples); i += 2 {
		s := float64(int16(binary.LittleEndian.Uint16(samples[i:]))) / 32768
		sum += s * s
	}
	n := float64(len(samples) / 2)
	return n / float64(rate), 10 * math.Log10(sum/n)
}
