package outputtest

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Validate holds JSON against the JSON Schema in the file at schema.
func Validate(t testing.TB, schema string, data []byte) {
	t.Helper()
	if err := validate(schema, data); err != nil {
		t.Errorf("%#v", err)
	}
}

// Refuse is Validate for JSON that the schema must not accept.
func Refuse(t testing.TB, schema string, data []byte) {
	t.Helper()
	if err := validate(schema, data); err == nil {
		t.Errorf("%s accepts %s", schema, data)
	}
}

func validate(schema string, data []byte) error {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(schema)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(v)
}
