package wire

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"gobahn/cases"
)

func FuzzRequestBreaches(f *testing.F) {
	f.Add(aRequest, "127.0.0.1:9001", true)
	f.Add("GET http://h\xff:/ HTTP/1.1\r\nHost: [\r\nOrigin: a://\r\n\r\n", "[::1]:80", true)
	f.Add("\n", "", false)
	f.Fuzz(func(t *testing.T, request, address string, browser bool) {
		for _, b := range slices.Concat(RequestBreaches(request, address), BrowserBreaches(request, browser)) {
			if b.Says == "" || len(b.Says) > 1000 {
				t.Errorf("%s says %q", b.Check, b.Says)
			}
		}
	})
}

// The content ends in the same place however much of what follows has come, and nowhere
// before it has.
func FuzzContentEnd(f *testing.F) {
	f.Add([]byte("HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nhi"), 3)
	f.Add([]byte("HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n2;x=\"\r\nhi\r\n0\r\nA: b\r\n\r\nmore"), 5)
	f.Add([]byte("HTTP/1.1 204 No\r\n\r\n"), 0)
	f.Add([]byte("HTTP/1.1 400 Bad\r\nContent-Length: 3fffffffffffffff\r\n\r\n"), 1)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		end, closes := ContentEnd(b)
		if end > len(b) || end >= 0 && closes {
			t.Fatalf("ends at %d of %d octets, with the connection: %t", end, len(b), closes)
		}
		if end < 0 {
			return
		}
		if got, _ := ContentEnd(append(slices.Clip(b), "more"...)); got != end {
			t.Errorf("ends at %d, with more behind it at %d", end, got)
		}
		if cut >= 0 && cut < end {
			if got, _ := ContentEnd(b[:cut]); got >= 0 {
				t.Errorf("ends at %d, of the first %d octets at %d", end, cut, got)
			}
		}
	})
}

// What is done to a head ends, and takes no more than what is put into it.
func FuzzEdit(f *testing.F) {
	f.Add([]byte(aRequest), "Host", "{key}", "mixed", ":\t", true)
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), "", "\r\n", "upper", "", false)
	f.Fuzz(func(t *testing.T, b []byte, name, to, letters, colon string, reverse bool) {
		head, err := ParseHead(b)
		if err != nil {
			return
		}
		value := cases.Of(to)
		o := cases.Opening{
			Edits: []cases.Edit{{Set: name, To: value}, {Add: name, To: value}, {First: name}, {Last: name}, {Remove: "Upgrade"}, {Insert: value}},
			Style: cases.Style{Names: letters, Colon: colon, Trail: to, Reverse: reverse},
		}
		fill := strings.NewReplacer("{key}", "dGhlIHNhbXBsZSBub25jZQ==")
		got := head.Edit(o, fill).Styled(o, fill)
		lines := len(head.Fields) + 8
		if most := len(b) + lines*(len(name)+2*len(to)+len(colon)+64); len(got) > most && !bytes.Contains([]byte(to), []byte("{key}")) {
			t.Errorf("%d octets of a head of %d", len(got), len(b))
		}
	})
}
