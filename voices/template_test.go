package voices

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"narrate/internal/strictyaml/schematest"
)

func TestTemplate(t *testing.T) {
	v := Default()
	v.Name, v.Backend, v.Language, v.Engine, v.Description = "anna", "espeak", "de-AT", "gmw/de+f3", `Anna: a "calm" voice # of mine`
	data, err := Template(&v)
	if err != nil {
		t.Fatal(err)
	}
	if err := schematest.Validate(t, schema(t), data); err != nil {
		t.Error(err)
	}
	got, err := decode("anna.yaml", data, noLexicons)
	if err != nil || !reflect.DeepEqual(*got, v) {
		t.Fatalf("%v\n%s\ngives %+v", err, data, got)
	}
	// What stands behind a "#" counts without it, and says what is so anyway.
	all := regexp.MustCompile(`(?m)^#([a-z]|  )`).ReplaceAll(data, []byte("$1"))
	if err := schematest.Validate(t, schema(t), all); err != nil {
		t.Error(err)
	}
	got, err = decode("anna.yaml", all, noLexicons)
	if err != nil || len(got.Lexicon) != 3 {
		t.Fatalf("%v\n%s\ngives %+v", err, all, got)
	}
	got.Lexicon = nil
	if !reflect.DeepEqual(*got, v) {
		t.Errorf("%s\ngives %+v", all, got)
	}
	for key := range schema(t).Properties {
		if !strings.Contains("\n"+string(all), "\n"+key+":") {
			t.Errorf("%s is not in the template", key)
		}
	}
	for _, engine := range []string{"no", "12", "a: b", "#x", "'", `"\`, "ü", "a  b", "-", "en/a b", "~", "*a", "null"} {
		v.Engine = engine
		data, err := Template(&v)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decode("a.yaml", data, noLexicons); err != nil || got.Engine != engine {
			t.Errorf("%q: %v, %+v", engine, err, got)
		}
	}
	for _, name := range []string{"", "a b", "a.yaml"} {
		v.Name = name
		if _, err := Template(&v); err == nil || !strings.Contains(err.Error(), "voice profile: name: ") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
