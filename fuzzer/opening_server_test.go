package fuzzer_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"gobahn/cases"
	"gobahn/fuzzer"
	"gobahn/wire"
)

// openingCases are those of chapter 14 with these ids, all of them if there is none.
func openingCases(t *testing.T, ids ...string) []cases.Case {
	t.Helper()
	if len(ids) == 0 {
		ids = []string{"14.*"}
	}
	list, err := cases.Select(cases.All, ids, nil)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A server that conforms fails nothing, and where a case is not informational, it is
// graded OK.
func TestHonestServerPassesEveryOpening(t *testing.T) {
	t.Parallel()
	played := testFront(t, func() *front { return &front{} }, openingCases(t))
	if len(played) < 300 {
		t.Fatalf("played %d", len(played))
	}
	for _, p := range played {
		if r := p.Result; r.Verdict != cases.OK && r.Verdict != cases.Informational || r.CloseVerdict != cases.OK && r.CloseVerdict != cases.Informational {
			t.Errorf("%s (%s): %s / %s: %s\n%s\n%s", p.Case.ID, p.Case.Description, r.Verdict, r.CloseVerdict, r.Says,
				p.Observation.Request[:min(500, len(p.Observation.Request))], p.Observation.Response)
		}
		for _, b := range p.Observation.Breaches {
			t.Errorf("%s (%s): breach %s", p.Case.ID, p.Case.Description, b)
		}
	}
}

// refusingServer is a front that does not take requests with s in them.
func refusingServer(s string) front {
	return front{fussy: func(request string) bool { return strings.Contains(request, s) }}
}

// silentTo is a front that does not answer requests with s in them.
func silentTo(s string) front {
	return front{silent: func(request string) bool { return strings.Contains(request, s) }}
}

// blindServer is a front that does not look at a rule.
func blindServer(rule string) front { return front{blind: rule} }

// replacing is a front in whose 101 are other octets.
func replacing(old, with string) front {
	return front{open: func(_ string, right wire.Head) []byte {
		return bytes.Replace(right.Append(nil), []byte(old), []byte(with), 1)
	}}
}

// adding is a front in whose 101 is a line more.
func adding(line string) front { return replacing("\r\n\r\n", "\r\n"+line+"\r\n\r\n") }

// answeringWith is a front with another answer to what it refuses.
func answeringWith(answer func(right string) string) front {
	return front{answer: func(_ string, right []byte) []byte { return []byte(answer(string(right))) }}
}

// lacking leaves a field out of an answer.
func lacking(name string) front {
	return answeringWith(func(right string) string { return strings.Replace(right, "\r\n"+name+":", "\r\nX-Nothing:", 1) })
}

// keeping is a front that leaves open connections that it should close.
var keeping = lacking("Connection")

// naming is a front that names these as the subprotocol, in the fields of which an offer
// is made; {} is that offer.
func naming(lines ...string) front {
	return front{blind: "protocol", open: func(request string, right wire.Head) []byte {
		_, fields := taken(request)
		offer := strings.Join(wire.Head{Fields: fields}.Values("Sec-WebSocket-Protocol"), ", ")
		right.Fields = slices.DeleteFunc(right.Fields, func(f wire.Field) bool { return f.Name == "Sec-WebSocket-Protocol" })
		for _, line := range lines {
			right.Add("Sec-WebSocket-Protocol", strings.ReplaceAll(line, "{}", offer))
		}
		return right.Append(nil)
	}}
}

func TestEveryLieInAnOpeningIsCaughtAndNamed(t *testing.T) {
	silent := silentTo("")
	for _, c := range []struct {
		id, name string
		front    front
		says     string // occurs in what is said of one of the variants
	}{
		{"14.1.1", "another accept", replacing("Accept: s", "Accept: t"), "Sec-WebSocket-Accept"},
		{"14.1.2", "names have case", refusingServer("\r\nhost:"), "400"},
		{"14.1.3", "values have case", refusingServer("Connection: UPGRADE"), "400"},
		{"14.1.4", "no list", refusingServer("keep-alive,Upgrade"), "400"},
		{"14.1.5", "silent", silent, "neither answered"},
		{"14.1.6", "wants Host first", refusingServer("\r\nHost: peer\r\n\r\n"), "400"},
		{"14.1.7", "no tabs", refusingServer(":\t"), "400"},
		{"14.1.8", "unknown fields", refusingServer("X-Unknown"), "400"},
		{"14.1.9", "no absolute form", refusingServer("GET http"), "400"},
		{"14.1.10", "silent", silentTo("%20"), "neither answered"},
		{"14.1.11", "silent", silent, "neither answered"},
		{"14.1.12", "wants one read", front{whole: true}, "400"},
		{"14.1.13", "wants one read", front{whole: true}, "400"},
		{"14.1.14", "switches to another", replacing("WebSocket", "foo"), "foo"},
		{"14.1.15", "silent the second time", silentTo("Key"), "neither answered"},
		{"14.1.16", "wrong accept of a key it does not like", replacing("Accept: ", "Accept: x"), "Accept"},
		{"14.1.18", "no pong", front{peer: func() *rawPeer {
			return &rawPeer{frame: func(_ *rawPeer, h wire.Header, _ []byte) bool { return h.Opcode == cases.OpPing }}
		}}, "match no accepted"},

		{"14.2.1", "any method", blindServer("method"), "opened the WebSocket"},
		{"14.2.2", "any method", front{fussy: func(string) bool { return false }, blind: "method"}, "opened the WebSocket"},
		{"14.2.3", "CONNECT", blindServer("*"), "opened the WebSocket"},
		{"14.2.4", "HTTP/1.0", blindServer("http/1.0"), "opened the WebSocket"},
		{"14.2.5", "silent", silent, "neither answered"},
		{"14.2.6", "any version", blindServer("line"), "opened the WebSocket"},
		{"14.2.7", "silent", silent, "neither answered"},
		{"14.2.8", "silent", silent, "neither answered"},
		{"14.2.9", "any target", blindServer("target"), "opened the WebSocket"},
		{"14.2.10", "silent", silent, "neither answered"},
		{"14.2.11", "silent", silentTo("aaaa"), "neither answered"},
		{"14.2.12", "CR ends lines", blindServer("*"), "opened the WebSocket"},

		{"14.3.1", "no Host", blindServer("host"), "opened the WebSocket"},
		{"14.3.2", "any Host", blindServer("host"), "opened the WebSocket"},
		{"14.3.3", "any Host", blindServer("host"), "opened the WebSocket"},
		{"14.3.4", "no Upgrade", blindServer("upgrade"), "opened the WebSocket"},
		{"14.3.5", "any Upgrade", blindServer("upgrade"), "opened the WebSocket"},
		{"14.3.6", "silent", silent, "neither answered"},
		{"14.3.7", "any Connection", blindServer("connection"), "opened the WebSocket"},
		{"14.3.8", "silent", silent, "neither answered"},
		{"14.3.9", "no key", blindServer("key"), "opened the WebSocket"},
		{"14.3.10", "any key", blindServer("key"), "opened the WebSocket"},
		{"14.3.11", "any key", blindServer("key"), "opened the WebSocket"},
		{"14.3.12", "several keys", blindServer("key"), "opened the WebSocket"},
		{"14.3.13", "any key", blindServer("key"), "opened the WebSocket"},
		{"14.3.14", "no version", blindServer("version"), "opened the WebSocket"},
		{"14.3.15", "any version", blindServer("version"), "opened the WebSocket"},
		{"14.3.15", "does not say which", lacking("Sec-WebSocket-Version"), "status 426"},
		{"14.3.16", "silent", silent, "neither answered"},
		{"14.3.17", "any version", blindServer("version"), "opened the WebSocket"},
		{"14.3.18", "silent", silent, "neither answered"},

		{"14.4.1", "blanks before colons", blindServer("syntax"), "opened the WebSocket"},
		{"14.4.2", "a fold is a field", blindServer("syntax"), "opened the WebSocket"},
		{"14.4.3", "a line that begins with a blank is a field", blindServer("syntax"), "opened the WebSocket"},
		{"14.4.4", "any octet in the key", blindServer("*"), "opened the WebSocket"},
		{"14.4.5", "any line", blindServer("syntax"), "opened the WebSocket"},
		{"14.4.6", "silent", silent, "neither answered"},
		{"14.4.7", "names what is no name", naming("{}"), "opened the WebSocket"},
		{"14.4.8", "silent", silent, "neither answered"},
		{"14.4.9", "content is frames", blindServer("content"), "match no accepted"},
		{"14.4.10", "any length", blindServer("content"), "opened the WebSocket"},
		{"14.4.10", "goes on", keeping, "the request behind it"},
		{"14.4.11", "content is frames", blindServer("content"), "match no accepted"},
		{"14.4.12", "goes on", keeping, "the request behind it"},
		{"14.4.13", "any coding", blindServer("content"), "opened the WebSocket"},
		{"14.4.13", "goes on", keeping, "the request behind it"},
		{"14.4.14", "any version", blindServer("version"), "opened the WebSocket"},
		{"14.4.15", "opens a WebSocket", blindServer("*"), "opened the WebSocket"},
		{"14.4.16", "silent", silentTo("Key1"), "neither answered"},

		{"14.5.1", "HTTP/1.0", replacing("HTTP/1.1", "HTTP/1.0"), "HTTP/1.0 101"},
		{"14.5.1", "HTTP/1.2", replacing("HTTP/1.1", "HTTP/1.2"), "HTTP/1.2 101"},
		{"14.5.2", "no Upgrade", replacing("Upgrade: WebSocket\r\n", ""), "Upgrade"},
		{"14.5.2", "no Connection", replacing("Connection: Upgrade\r\n", ""), "Connection"},
		{"14.5.3", "the accept of an empty key", front{open: func(_ string, right wire.Head) []byte {
			return wire.Response(wire.Head{}, "front", "", "").Append(nil)
		}}, "Sec-WebSocket-Accept"},
		{"14.5.3", "accept twice", front{open: func(_ string, right wire.Head) []byte {
			right.Add("Sec-WebSocket-Accept", right.Get("Sec-WebSocket-Accept"))
			return right.Append(nil)
		}}, "2 fields Sec-WebSocket-Accept"},
		{"14.5.4", "a length", adding("Content-Length: 0"), "Content-Length"},
		{"14.5.4", "a coding", adding("Transfer-Encoding: chunked"), "Transfer-Encoding"},
		{"14.5.5", "content", replacing("\r\n\r\n", "\r\n\r\n<html></html>"), "no frame"},
		{"14.5.5", "an empty line", replacing("\r\n\r\n", "\r\n\r\n\r\n"), "no frame"},
		{"14.5.6", "a fold", adding("X: a\r\n b"), "no header field"},
		{"14.5.6", "a control character", adding("X: a\x01b"), "control character"},
		{"14.5.6", "LF", front{open: func(_ string, right wire.Head) []byte {
			return bytes.ReplaceAll(right.Append(nil), []byte("\r\n"), []byte("\n"))
		}}, "LF instead of CR LF"},
		{"14.5.7", "a subprotocol", adding("Sec-WebSocket-Protocol: a"), "subprotocol"},
		{"14.5.7", "an empty subprotocol", adding("Sec-WebSocket-Protocol: "), "empty Sec-WebSocket-Protocol"},
		{"14.5.7", "an extension", adding("Sec-WebSocket-Extensions: x"), "extension"},
		{"14.5.8", "no key twice", replacing("Accept: s", "Accept: t"), "Sec-WebSocket-Accept"},

		{"14.6.1", "names another", naming("a"), "subprotocol"},
		{"14.6.1", "names none", naming(""), "empty Sec-WebSocket-Protocol"},
		{"14.6.2", "names the list", naming("{}"), "subprotocol"},
		{"14.6.3", "names the list", naming("{}"), "subprotocol"},
		{"14.6.3", "two fields", naming("gobahn.test", "gobahn.test"), "2 fields"},
		{"14.6.5", "names both", naming("{}"), "subprotocol"},
		{"14.6.6", "names what is no name", naming("{}"), "no name"},
		{"14.6.7", "silent", silentTo("p1,"), "neither answered"},
		{"14.6.8", "silent", silentTo("   "), "neither answered"},

		{"14.7.1", "silent", silentTo("absent"), "neither answered"},
		{"14.7.2", "no Allow", lacking("Allow"), "no Allow"},
		{"14.7.2", "no Upgrade", lacking("Upgrade"), "no Upgrade"},
		{"14.7.2", "no version", lacking("Sec-WebSocket-Version"), "no Sec-WebSocket-Version"},
		{"14.7.2", "401", answeringWith(func(r string) string { return strings.Replace(r, "1.1 4", "1.1 401 4", 1) }), "WWW-Authenticate"},
		{"14.7.3", "silent", silent, "neither answered"},
		{"14.7.4", "silent", silent, "neither answered"},
		{"14.7.5", "every resource", blindServer("absent"), "opened the WebSocket"},

		{"14.8.1", "silent", silent, "neither answered"},
		{"14.8.2", "any origin", blindServer("origin"), "opened the WebSocket"},
		{"14.8.3", "any origin", blindServer("origin"), "opened the WebSocket"},
		{"14.8.4", "silent", silentTo("Origin: http"), "neither answered"},
	} {
		t.Run(c.id+" "+c.name, func(t *testing.T) {
			t.Parallel()
			newFront := func() *front { f := c.front; return &f }
			caught := false
			played := testFront(t, newFront, openingCases(t, c.id))
			var all []string
			for _, p := range played {
				said := strings.Join(append(p.Observation.Faults, p.Result.Says), "; ")
				for _, b := range p.Observation.Breaches {
					said += "; " + b.String()
				}
				caught = caught || p.Result.Verdict == cases.Failed && strings.Contains(said, c.says)
				all = append(all, p.Case.Description+": "+string(p.Result.Verdict)+": "+said)
				if took := time.Duration(p.Observation.Duration); took > 6*time.Second {
					t.Errorf("%s took %s", p.Case.Description, took)
				}
			}
			if !caught {
				t.Errorf("nothing failed and said %q:\n%s", c.says, strings.Join(all, "\n"))
			}
		})
	}
}

// What has to be accepted is, by a library that many use, on a real socket.
func TestGoodRequestsAreTakenOnARealSocket(t *testing.T) {
	url, _ := echoServer(t)
	client := fuzzer.Client{URL: url, Agent: "gorilla"}
	err := client.Run(t.Context(), openingCases(t, "14.1.*", "14.5.*"), func(p fuzzer.Played) error {
		if r := p.Result; r.Headline != "" {
			t.Errorf("%s: %s / %s: %s", p.Case.ID, r.Verdict, r.CloseVerdict, r.Says)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
