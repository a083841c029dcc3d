package strictyaml

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// KindOf names what a value is, for messages.
func KindOf(n Node) string {
	switch n.(type) {
	case ast.MapNode:
		return "keys and values"
	case ast.ArrayNode:
		return "a list"
	}
	switch n.Type() {
	case ast.StringType, ast.LiteralType:
		return "text"
	case ast.IntegerType, ast.FloatType:
		return "a number"
	case ast.BoolType:
		return "true or false"
	case ast.NullType:
		return "nothing"
	}
	return "something else"
}

// Written is a plain value as it stands in the file, whatever its type.
func Written(n Node) string { return n.GetToken().Value }

// Word gives the text of a value on one line, and false for other values.
func Word(n Node) (string, bool) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		return "", false
	}
	return s.Value, true
}

// Text reads text that problem finds nothing wrong with.
func (d *Decoder) Text(dst *string, problem func(string) string) Field {
	return func(key string, n Node) {
		s, ok := Word(n)
		if block, isBlock := n.(*ast.LiteralNode); isBlock {
			s, ok = strings.TrimSuffix(block.Value.Value, "\n"), true
		}
		if !ok {
			d.Fail(n, key, "wants text, has %s; put it in quotation marks if it is text", KindOf(n))
			return
		}
		if what := problem(s); what != "" {
			d.Fail(n, key, "%s", what)
			return
		}
		*dst = s
	}
}

// Scalar gives a plain value as text, whatever its type: a number as it is
// written, text without the line end of its block. It gives false for lists,
// mappings and nothing.
func Scalar(n Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return Written(n), true
	}
	return "", false
}

// Truth reads true or false.
func (d *Decoder) Truth(dst *bool) Field {
	return func(key string, n Node) {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			d.Fail(n, key, "wants true or false, has %s", KindOf(n))
			return
		}
		*dst = b.Value
	}
}

// Number reads a number within [lo, hi].
func (d *Decoder) Number(dst *float64, lo, hi float64) Field {
	return func(key string, n Node) {
		var f float64
		switch n := n.(type) {
		case *ast.FloatNode:
			f = n.Value
		case *ast.IntegerNode:
			switch i := n.Value.(type) {
			case int64:
				f = float64(i)
			case uint64:
				f = float64(i)
			default:
				d.Fail(n, key, "%s is not a number", Written(n))
				return
			}
		default:
			d.Fail(n, key, "wants a number, has %s", KindOf(n))
			return
		}
		if !(f >= lo && f <= hi) {
			d.Fail(n, key, "%v is not between %v and %v", f, lo, hi)
			return
		}
		*dst = f
	}
}
