package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// parseYAML parses the text of a YAML file, which is data and nothing else: anchors,
// aliases, tags and merged keys are refused. Numbers keep their text, for there is a
// case 2.10.
func parseYAML(file string, text []byte) (value, error) {
	parsed, err := yamlparser.ParseBytes(text, 0)
	if err != nil {
		return value{}, malformedYAML(file, err)
	}
	y := yamlNodes{file: file}
	var body ast.Node
	for _, doc := range parsed.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			return value{}, y.at(doc.Body).Errorf("a second document begins here: want one")
		default:
			body = doc.Body
		}
	}
	if body == nil {
		return value{at: Position{File: file, Line: 1, Column: 1}}, nil
	}
	return y.value("", body, 0)
}

// malformedYAML says where text is no YAML, and what may be the matter.
func malformedYAML(file string, err error) error {
	fault, ok := errors.AsType[yaml.Error](err)
	if !ok || fault.GetToken() == nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	hint := ""
	switch t := fault.GetToken(); {
	case t.Type == token.AliasType:
		hint = ": write what begins with * in quotes"
	case strings.HasPrefix(fault.GetMessage(), "mapping value is not allowed"):
		hint = ": write text with a colon in quotes"
	case strings.Contains(fault.GetMessage(), "'\t'"), strings.HasPrefix(fault.GetMessage(), "tab "):
		hint = ": indent with blanks"
	}
	return positionOf(file, fault.GetToken()).Errorf("%s%s", fault.GetMessage(), hint)
}

func positionOf(file string, t *token.Token) Position {
	p := Position{File: file, Line: 1, Column: 1}
	if t != nil && t.Position != nil {
		p.Line, p.Column = max(t.Position.Line, 1), max(t.Position.Column, 1)
	}
	return p
}

// YamlNodes makes values of the nodes of a file.
type yamlNodes struct{ file string }

// maxDepth is how deep lists and objects may be in each other.
const maxDepth = 50

func (y yamlNodes) at(n ast.Node) Position {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 && n.Start.Type != token.MappingStartType {
			return y.at(n.Values[0])
		}
	case *ast.MappingValueNode: // whose token is the colon
		return y.at(n.Key)
	}
	return positionOf(y.file, n.GetToken())
}

// value is that of n, which is or is in the member of that name.
func (y yamlNodes) value(name string, n ast.Node, depth int) (v value, err error) {
	v = value{at: y.at(n), name: name}
	if depth > maxDepth {
		return v, v.at.Errorf("there are too many things in each other here")
	}
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.BoolNode:
		v.token = n.Value
	case *ast.IntegerNode, *ast.FloatNode:
		v.token = json.Number(n.GetToken().Value)
	case *ast.StringNode:
		v.token = n.Value
	case *ast.LiteralNode:
		v.token = strings.TrimSuffix(n.Value.Value, "\n")
	case *ast.SequenceNode:
		v.token = json.Delim('[')
		for _, item := range n.Values {
			one, err := y.value(name, item, depth+1)
			if err != nil {
				return v, err
			}
			v.items = append(v.items, one)
		}
	case *ast.MappingNode:
		v.token = json.Delim('{')
		v.members, err = y.members(n.Values, depth)
	case *ast.MappingValueNode:
		v.token = json.Delim('{')
		v.members, err = y.members([]*ast.MappingValueNode{n}, depth)
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		err = v.at.Errorf("anchors, aliases and tags have no meaning here: write what begins with &, * or ! in quotes")
	default:
		err = v.at.Errorf("want text, a number, a list or an object")
	}
	return v, err
}

// members are those of an object.
func (y yamlNodes) members(nodes []*ast.MappingValueNode, depth int) (list []member, err error) {
	for _, n := range nodes {
		at := y.at(n)
		key, ok := n.Key.(*ast.StringNode)
		if !ok {
			return nil, at.Errorf("want a key, as text")
		}
		v, err := y.value(key.Value, n.Value, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, member{at, key.Value, v})
	}
	return list, nil
}
