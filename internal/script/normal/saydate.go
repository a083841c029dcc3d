package normal

import (
	"strings"
	"unicode"
)

// fieldsOf gives the runs of digits of text; ok is false if there are letters.
func fieldsOf(text string) (fields []string, ok bool) {
	if strings.ContainsFunc(text, unicode.IsLetter) {
		return nil, false
	}
	fields = strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	return fields, len(fields) > 0
}

// widths are how many digits each part of a date has where nothing stands
// between them.
var widths = map[byte]int{'y': 4, 'm': 2, 'd': 2}

// dateOf is a date in figures, its parts in the order that format tells. A date
// with words in it is read as in any text.
func (s sayer) dateOf(text, format string) (string, bool) {
	fields, ok := fieldsOf(text)
	if !ok {
		return s.changed(text)
	}
	order := ""
	for _, c := range []byte(format) {
		if widths[c] == 0 {
			return "", false
		}
		if !strings.HasSuffix(order, string(c)) {
			order += string(c)
		}
	}
	if order == "" {
		order = s.order(fields)
	}
	if len(fields) == 1 && len(order) > 1 {
		fields = divide(fields[0], order)
	}
	if len(fields) != len(order) {
		return "", false
	}
	d := day{}
	for i, f := range fields {
		n := valueOf(f)
		switch order[i] {
		case 'y':
			if d.year = n; len(f) == 2 {
				d.year += 1900
				if n < 50 {
					d.year += 100
				}
			}
		case 'm':
			d.month = n
		case 'd':
			d.day = n
		}
	}
	return s.sayDate(d, order)
}

// order is how a date is written where nothing tells.
func (s sayer) order(fields []string) string {
	long := func(i int) bool { return len(fields[i]) > 2 }
	first := s.dayFirst(s.region)
	switch len(fields) {
	case 3:
		if long(0) {
			return "ymd"
		}
		if first {
			return "dmy"
		}
		return "mdy"
	case 2:
		switch {
		case long(0):
			return "ym"
		case long(1):
			return "my"
		case first:
			return "dm"
		}
		return "md"
	case 1:
		switch len(fields[0]) {
		case 8:
			return "ymd"
		case 4:
			return "y"
		}
		return "d"
	}
	return ""
}

// divide cuts a run of digits into the parts of a date.
func divide(digits, order string) []string {
	var fields []string
	for i := range order {
		n := min(widths[order[i]], len(digits))
		if i == len(order)-1 {
			n = len(digits)
		}
		fields, digits = append(fields, digits[:n]), digits[n:]
	}
	return fields
}

// sayDate says the parts of a date that are there.
func (s sayer) sayDate(d day, order string) (string, bool) {
	has := func(c string) bool { return strings.Contains(order, c) }
	if has("d") && (d.day < 1 || d.day > 31) || has("m") && (d.month < 1 || d.month > 12) || has("y") && (d.year < 1 || d.year > 2999) {
		return "", false
	}
	month := s.monthName(d.month)
	switch {
	case has("d") && has("m"):
		return s.dayOf(d), true
	case has("m") && has("y"):
		joint := " "
		if s.name == "es" {
			joint = " de "
		}
		return month + joint + s.yearOf(d.year), true
	case has("m"):
		return month, true
	case has("y"):
		return s.yearOf(d.year), true
	}
	switch s.name {
	case "de":
		return deOrdinal(d.day, "er"), true
	case "en":
		return enOrdinal(d.day), true
	}
	if d.day > 1 {
		return s.cardinal(d.day), true
	}
	return map[string]string{"fr": "premier", "es": "primero", "it": "primo"}[s.name], true
}

// dayOf is a day with its month and, if there is one, its year.
func (s sayer) dayOf(d day) string {
	if s.name == "en" {
		said := s.monthName(d.month) + " " + enOrdinal(d.day)
		if s.dayFirst(s.region) {
			said = "the " + enOrdinal(d.day) + " of " + s.monthName(d.month)
		}
		if d.year > 0 {
			said += ", " + enYear(d.year)
		}
		return said
	}
	p := parser{lang: s.language, region: s.region, ended: -2}
	return s.date(&p, 0, d)
}

// yearOf is a year, in words where the engine would take it for an amount.
func (s sayer) yearOf(n int64) string {
	if s.year != nil && n >= 1100 && n <= s.lastYear {
		return s.year(n)
	}
	return itoa(n)
}

// clockTime is a time of day, or a length of time.
type clockTime struct {
	h, m, s int64
	seconds bool // they are told
	half    string
}

// timeOf is a time of day: 2:30pm, 14.30 Uhr, 14h30, 143015 with hms24.
func (s sayer) timeOf(text, format string) (string, bool) {
	low := strings.ToLower(text)
	t := clockTime{}
	for _, half := range []string{"a.m.", "p.m.", "am", "pm"} {
		if rest, cut := strings.CutSuffix(low, half); cut {
			low, t.half = rest, strings.ReplaceAll(half, ".", "")
			break
		}
	}
	for _, word := range []string{"uhr", "ore", "heures", "heure", "horas", "h", "h.", "s", "min"} {
		low = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(low), word))
	}
	fields, ok := fieldsOf(strings.NewReplacer("h", ":", "'", ":", "uhr", ":", "min", ":").Replace(low))
	if !ok {
		return "", false
	}
	if len(fields) == 1 && len(fields[0]) > 2 {
		f := fields[0]
		if len(f)%2 == 1 {
			f = "0" + f
		}
		fields = nil
		for ; len(f) >= 2; f = f[2:] {
			fields = append(fields, f[:2])
		}
	}
	if len(fields) > 3 {
		return "", false
	}
	for i, to := range []*int64{&t.h, &t.m, &t.s} {
		if i < len(fields) {
			*to = valueOf(fields[i])
		}
	}
	t.seconds = len(fields) == 3
	if t.h < 0 || t.h > 24 || t.m < 0 || t.m > 59 || t.s < 0 || t.s > 60 || t.half != "" && (t.h < 1 || t.h > 12) {
		return "", false
	}
	return s.sayTime(t, strings.HasSuffix(format, "12")), true
}

// sayTime says a time of day; twelve is on the twelve hours of a dial, as all
// English times are that do not go beyond them.
func (s sayer) sayTime(t clockTime, twelve bool) string {
	if s.name == "en" {
		return enTime(t, twelve)
	}
	// The other languages count 24 hours.
	switch {
	case t.half == "pm" && t.h < 12:
		t.h += 12
	case t.half == "am" && t.h == 12:
		t.h = 0
	}
	word := func(n int64) string { return s.cardinal(n) }
	and := " " + sayWords[s.name].and + " "
	said := ""
	switch s.name {
	case "de":
		said = word(t.h) + " Uhr"
		if t.h == 1 {
			said = "ein Uhr"
		}
	case "fr":
		said = word(t.h) + " heures"
		if t.h < 2 {
			said = []string{"zéro heure", "une heure"}[t.h]
		}
	case "es":
		said = word(t.h) + " horas"
		if t.h == 1 {
			said = "una hora"
		} else if t.h == 21 {
			said = "veintiuna horas"
		}
	case "it":
		said = "ore " + word(t.h)
		if t.h == 1 {
			said = "ore una"
		}
	}
	if t.m > 0 || t.seconds {
		joint := " "
		if s.name == "es" || s.name == "it" {
			joint = and
		}
		said += joint + word(t.m)
	}
	if t.seconds {
		said += and + s.counted(t.s, "s")
	}
	return said
}

func enTime(t clockTime, twelve bool) string {
	if twelve && t.h > 12 {
		t.h -= 12
	}
	said := enCardinal(t.h)
	switch {
	case t.m == 0 && !t.seconds && t.half != "":
	case t.m == 0 && !t.seconds && (t.h == 0 || t.h > 12):
		said += " hundred hours"
	case t.m == 0 && !t.seconds:
		said += " o'clock"
	case t.m < 10:
		said += " oh " + enCardinal(t.m)
	default:
		said += " " + enCardinal(t.m)
	}
	if t.seconds {
		unit := " seconds"
		if t.s == 1 {
			unit = " second"
		}
		said += " and " + enCardinal(t.s) + unit
	}
	if t.half != "" {
		said += " " + strings.ToUpper(t.half)
	}
	return said
}

// counted is a number of the unit with that sign.
func (s sayer) counted(n int64, unit string) string {
	forms := s.unit[unit][0].forms
	if n == 1 {
		return s.one(genderOf(forms, 2)) + " " + forms[0]
	}
	return s.cardinal(n) + " " + forms[1]
}

// durationOf is a length of time: 1:18:30, 2:30 with hm or ms, 1'21".
func (s sayer) durationOf(text, format string) (string, bool) {
	fields, ok := fieldsOf(text)
	if !ok {
		return s.changed(text)
	}
	units := []string{"h", "min", "s"}
	switch {
	case format == "hm":
		units = units[:2]
	case format == "ms", format == "" && len(fields) < 3:
		units = units[1:]
	}
	if format != "" && strings.Trim(format, "hms12") != "" || len(fields) != len(units) {
		return "", false
	}
	var parts []string
	for i, f := range fields {
		n := valueOf(f)
		if n < 0 {
			return "", false
		}
		if n > 0 {
			parts = append(parts, s.counted(n, units[i]))
		}
	}
	switch last := len(parts) - 1; last {
	case -1:
		return s.counted(0, units[len(units)-1]), true
	case 0:
		return parts[0], true
	default:
		return strings.Join(parts[:last], ", ") + " " + sayWords[s.name].and + " " + parts[last], true
	}
}
