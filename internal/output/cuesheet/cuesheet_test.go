package cuesheet

import "testing"

func TestString(t *testing.T) {
	s := &Sheet{
		Title: "Das \"Ganze\"\nund mehr", Performer: "Ada & <Bob>", Genre: "Audiobook", Date: "2026-11-29",
		Comment: "narrate 1.0", Disc: 2, Discs: 3,
		Files: []File{
			{Name: "a b.mp3", Tracks: []Track{{Title: "One", Performer: "Zo\u00EB"}, {Title: "\x00", Start: 75*60*100 + 76}}},
			{Name: "c.flac", Tracks: []Track{{Title: `TRACK 99 AUDIO`}}},
		},
	}
	want := `REM GENRE "Audiobook"
REM DATE 2026
REM DISCNUMBER 2
REM TOTALDISCS 3
REM COMMENT "narrate 1.0"
PERFORMER "Ada & <Bob>"
TITLE "Das 'Ganze' und mehr"
FILE "a b.mp3" MP3
  TRACK 01 AUDIO
    TITLE "One"
    PERFORMER "Zoë"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    INDEX 01 100:01:01
FILE "c.flac" WAVE
  TRACK 03 AUDIO
    TITLE "TRACK 99 AUDIO"
    INDEX 01 00:00:00
`
	if got := s.String(); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

func TestSectors(t *testing.T) {
	for _, c := range []struct{ frames, want int64 }{
		{0, 0}, {587, 0}, {588, 1}, {44099, 74}, {44100, 75}, {1 << 60, (1<<60)/44100*75 + (1<<60)%44100*75/44100},
	} {
		if got := Sectors(44100, c.frames); got != c.want {
			t.Errorf("Sectors(%d) = %d, want %d", c.frames, got, c.want)
		}
	}
}
