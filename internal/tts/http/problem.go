package http

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"narrate/internal/strictyaml"
)

var (
	nameForm     = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	settingForm  = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	variableForm = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)
	headerForm   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	pointerForm  = regexp.MustCompile(`^(/([^~/]|~[01])*)+$`)
	languageForm = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
)

// The problems say what is wrong with a value; "" is nothing.

var textProblem = strictyaml.Short(maxText)

// form is for short texts of a form; what says which.
func form(re *regexp.Regexp, what string) func(string) string {
	return func(s string) string {
		if len(s) > maxName || !re.MatchString(s) {
			return fmt.Sprintf("%.100q is no %s, at most %d", s, what, maxName)
		}
		return ""
	}
}

var (
	elementProblem   = form(regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.:-]*$`), "element's name")
	nameProblem      = form(nameForm, "backend's name: small letters, digits and '-'")
	variableProblem  = form(variableForm, "variable's name: capital letters, digits and '_'")
	currencyProblem  = form(currencyForm, "currency: three capital letters such as USD")
	parameterProblem = form(regexp.MustCompile(`^[^\pC\pZ]+$`), "parameter's name: what can be printed, without spaces")
)

// headerProblem is for names of headers that a profile may give; the others are
// the client's own.
func headerProblem(s string) string {
	switch strings.ToLower(s) {
	case "host", "content-length", "transfer-encoding", "connection", "user-agent", "accept-encoding", "trailer", "upgrade", "te":
		return fmt.Sprintf("%s is not a profile's to give", s)
	}
	return form(headerForm, "header's name: letters, digits and '-'")(s)
}

func settingProblem(s string) string {
	if slices.Contains([]string{"text", "voice", "language", "rate", "pitch", "volume"}, s) || slices.Contains(commonSettings, s) {
		return fmt.Sprintf("%q has its own meaning; call the setting something else", s)
	}
	return form(settingForm, "setting's name: words of small letters with '-' between them")(s)
}

func prefixProblem(s string) string {
	if len(s) > maxName || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return fmt.Sprintf("is longer than %d bytes or not ASCII", maxName)
	}
	return ""
}

// addressProblem is for addresses with placeholders: of settings in the host, of
// anything but the text in the path.
func addressProblem(s string) string {
	const form = "is not of the form https://host/path or {setting}/path, without a query"
	sample := s
	if m := placeholder.FindStringIndex(s); m != nil && m[0] == 0 {
		sample = "https://host" + s[m[1]:]
		if s[m[1]:] != "" && s[m[1]] != '/' {
			return form
		}
	}
	u, err := url.Parse(placeholder.ReplaceAllString(sample, "x"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(s, "?#") {
		return form
	}
	path, first := "", true
	for i, part := range strings.SplitAfter(sample, "/") {
		if i >= 3 {
			path += part
		} else if slices.ContainsFunc(parseTemplate(part).names(), reserved) || i == 0 && placeholder.MatchString(part) {
			first = false
		}
	}
	if !first || s != sample && reserved(parseTemplate(s)[0].name) {
		return "in front of the path, only settings can stand"
	}
	if strings.Contains(path, "{text}") {
		return "{text} cannot stand in the path; put it into the query"
	}
	return textProblem(s)
}

// reserved are the placeholders that are no settings.
func reserved(name string) bool {
	return slices.Contains([]string{"text", "voice", "language", "rate", "pitch", "volume"}, name)
}

func pointerProblem(s string) string {
	if len(s) > maxText || !pointerForm.MatchString(s) {
		return fmt.Sprintf(`%.100q is no JSON pointer such as "/audio/data"`, s)
	}
	return textProblem(s)
}

func choiceProblem(s string) string {
	if what := valueProblem(s); what != "" {
		return fmt.Sprintf("%.100q %s", s, what)
	}
	return ""
}

func voiceProblem(s string) string { return choiceProblem(s) }
