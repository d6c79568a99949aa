package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
)

func TestHeadsAreEditedAndStyled(t *testing.T) {
	head := Head{Line: "GET / HTTP/1.1", Fields: []Field{{"Host", "h"}, {"Upgrade", "websocket"}}}
	fill := strings.NewReplacer("{path}", "/p", "{key}", "K")
	for _, c := range []struct {
		name string
		o    cases.Opening
		want string
	}{
		{"nothing", cases.Opening{}, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n"},
		{"line", cases.Opening{Line: cases.Of("PUT {path} X")}, "PUT /p X\r\nHost: h\r\nUpgrade: websocket\r\n\r\n"},
		{"set", cases.Opening{Edits: []cases.Edit{cases.Set("host", "i"), cases.Set("New", "{key}")}}, "GET / HTTP/1.1\r\nHost: i\r\nUpgrade: websocket\r\nNew: K\r\n\r\n"},
		{"add", cases.Opening{Edits: []cases.Edit{cases.Add("Host", "j")}}, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nHost: j\r\n\r\n"},
		{"remove", cases.Opening{Edits: []cases.Edit{cases.Remove("HOST")}}, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"},
		{"order", cases.Opening{Edits: []cases.Edit{{Last: "host"}}}, "GET / HTTP/1.1\r\nUpgrade: websocket\r\nHost: h\r\n\r\n"},
		{"first", cases.Opening{Edits: []cases.Edit{{First: "upgrade"}}}, "GET / HTTP/1.1\r\nUpgrade: websocket\r\nHost: h\r\n\r\n"},
		{"insert", cases.Opening{Edits: []cases.Edit{cases.Insert("X : \x00\n")}}, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nX : \x00\n\r\n"},
		{"reverse", cases.Opening{Style: cases.Style{Reverse: true}}, "GET / HTTP/1.1\r\nUpgrade: websocket\r\nHost: h\r\n\r\n"},
		{"style", cases.Opening{Style: cases.Style{Names: "mixed", Colon: ":\t", Trail: " ", End: "\n", LastEnd: "\r\n"}}, "GET / HTTP/1.1\nhOsT:\th \nuPgRaDe:\twebsocket \n\r\n"},
		{"letters that are longer in lower case", cases.Opening{Edits: []cases.Edit{cases.Add("\xffİK", "v")}, Style: cases.Style{Names: "mixed"}}, "GET / HTTP/1.1\r\nhOsT: h\r\nuPgRaDe: websocket\r\n\xffİK: v\r\n\r\n"},
		{"lower", cases.Opening{Style: cases.Style{Names: "lower"}}, "GET / HTTP/1.1\r\nhost: h\r\nupgrade: websocket\r\n\r\n"},
		{"upper", cases.Opening{Style: cases.Style{Names: "upper"}}, "GET / HTTP/1.1\r\nHOST: h\r\nUPGRADE: websocket\r\n\r\n"},
		{"around", cases.Opening{Before: cases.Of("\r\n"), After: cases.Of("GET {path}")}, "\r\nGET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\nGET /p"},
		{"octets", cases.Opening{Octets: cases.Of("\x16\x03\x01\xff")}, "\x16\x03\x01\xff"},
		{"cut", cases.Opening{Cut: 5}, "GET /"},
		{"cut at the end", cases.Opening{Cut: -2}, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"},
	} {
		got := string(head.Edit(c.o, fill).Styled(c.o, fill))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.name, diff)
		}
	}
	if head.Fields[0].Value != "h" {
		t.Error("an edit changes the head it is made of")
	}
}
