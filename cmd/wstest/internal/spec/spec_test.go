package spec_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
)

// noPositions leaves out where things stand.
var noPositions = cmpopts.IgnoreTypes(spec.Position{})

// patterns are some without positions.
func patterns(texts ...string) (list []spec.Pattern) {
	for _, text := range texts {
		list = append(list, spec.Pattern{Text: text})
	}
	return list
}

// options are those of the reference, changed.
func options(change func(*fuzzer.Options)) fuzzer.Options {
	o := fuzzer.DefaultOptions()
	change(&o)
	return o
}

// parseServer parses what has nothing wrong with it, and so does parseClient.
func parseServer(t *testing.T, text string) spec.Server {
	t.Helper()
	s, warnings, err := spec.ParseServer("s.json", []byte(text))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%s\nerror %v, warnings %v", text, err, warnings)
	}
	return s
}

func parseClient(t *testing.T, text string) spec.Client {
	t.Helper()
	c, warnings, err := spec.ParseClient("c.json", []byte(text))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%s\nerror %v, warnings %v", text, err, warnings)
	}
	return c
}

func TestServerHasAllThatItsFileSays(t *testing.T) {
	got := parseServer(t, `{
		"url": "wss://localhost:9443",
		"outdir": "/reports",
		"cases": ["1.*", "7.1.1"],
		"exclude-cases": ["1.2.*", "9.9.9", "1.2.*"],
		"exclude-agent-cases": {"FoobarServer*": ["6.*", "7.1"], "a": []},
		"protocols": ["chat", "mqtt"],
		"options": {"failByDrop": true},
		"key": "server.key",
		"cert": "server.crt"
	}`)
	want := spec.Server{
		Selection: spec.Selection{
			Cases:        patterns("1.*", "7.1.1"),
			ExcludeCases: patterns("1.2.*", "9.9.9", "1.2.*"),
			ExcludeAgentCases: []spec.AgentExclusion{
				{Agent: spec.Pattern{Text: "FoobarServer*"}, Cases: patterns("6.*", "7.1")},
				{Agent: spec.Pattern{Text: "a"}},
			},
		},
		URL:       "wss://localhost:9443",
		Outdir:    "/reports",
		Protocols: []string{"chat", "mqtt"},
		Options:   options(func(o *fuzzer.Options) { o.FailByDrop = true }),
		Key:       "server.key",
		Cert:      "server.crt",
	}
	if diff := cmp.Diff(want, got, noPositions, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestClientHasAllThatItsFileSays(t *testing.T) {
	got := parseClient(t, `{
		"outdir": "out",
		"servers": [
			{
				"url": "wss://a/", "agent": "A", "hostname": "a.example", "origin": "http://b",
				"protocols": ["chat"],
				"headers": {"X-Second": "2", "Authorization": "Bearer x", "X-Empty": ""},
				"cookies": {"session": "abc", "theme": "dark"},
				"tls": {"ca": "ca.pem", "insecure": false, "cert": "c.pem", "key": "k.pem", "serverName": "n", "minVersion": "1.3"}
			},
			{"url": "ws://b/", "subprotocols": ["mqtt"], "tls": {"insecure": true, "minVersion": 1.2}}
		],
		"cases": ["*"],
		"exclude-cases": [],
		"exclude-agent-cases": {}
	}`)
	want := spec.Client{
		Selection: spec.Selection{Cases: patterns("*")},
		Outdir:    "out",
		Servers: []spec.Target{
			{
				URL: "wss://a/", Agent: "A", Hostname: "a.example", Origin: "http://b",
				Protocols: []string{"chat"},
				Headers:   []spec.Field{{Name: "X-Second", Value: "2"}, {Name: "Authorization", Value: "Bearer x"}, {Name: "X-Empty"}},
				Cookies:   []spec.Field{{Name: "session", Value: "abc"}, {Name: "theme", Value: "dark"}},
				TLS:       &spec.TLS{CA: "ca.pem", Cert: "c.pem", Key: "k.pem", ServerName: "n", MinVersion: "1.3"},
				Options:   fuzzer.DefaultOptions(),
			},
			{
				URL: "ws://b/", Protocols: []string{"mqtt"},
				TLS:     &spec.TLS{Insecure: true, MinVersion: "1.2"},
				Options: fuzzer.DefaultOptions(),
			},
		},
		Options: fuzzer.DefaultOptions(),
	}
	if diff := cmp.Diff(want, got, noPositions, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMassConnectHasAllThatItsFileSays(t *testing.T) {
	got, warnings, err := spec.ParseMassConnect("m.json", []byte(`{
		"options": {"connections": 10000, "batchsize": 50, "batchdelay": 0.5, "retrydelay": 0},
		"servers": [{"name": "a", "uri": "ws://a:1", "desc": "One."}, {"uri": "ws://b:2"}]
	}`))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("error %v, warnings %v", err, warnings)
	}
	want := spec.MassConnect{
		Connections: 10000, BatchSize: 50, BatchDelay: 500 * time.Microsecond,
		Servers: []spec.MassServer{{Name: "a", URI: "ws://a:1", Desc: "One."}, {URI: "ws://b:2"}},
	}
	if diff := cmp.Diff(want, got, noPositions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOptionsOfAServerOverrideThoseOfTheFile(t *testing.T) {
	c := parseClient(t, `{
		"servers": [
			{"url": "ws://a", "options": {"version": 10, "failByDrop": false, "openHandshakeTimeout": null}},
			{"url": "ws://b", "options": {}},
			{"url": "ws://c"}
		],
		"options": {"failByDrop": true, "openHandshakeTimeout": 2.5}
	}`)
	all := options(func(o *fuzzer.Options) {
		o.FailByDrop = true
		o.OpenHandshakeTimeout = 2500 * time.Millisecond
	})
	first := all
	first.Version, first.FailByDrop = 10, false
	for i, want := range []fuzzer.Options{first, all, all} {
		if diff := cmp.Diff(want, c.Servers[i].Options); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Servers[i].URL, diff)
		}
	}
	if diff := cmp.Diff(all, c.Options); diff != "" {
		t.Errorf("of the file (-want +got):\n%s", diff)
	}
}

func TestPositionsLeadBackToTheFile(t *testing.T) {
	c := parseClient(t, "\ufeff\r\n{\r\n\t\"servers\": [ {\"agent\": \"gr\u00fc\u00df\", \"url\": \"ws://a\"} ],\r\n"+
		"  \"cases\": [\"1.*\", \"2.1\"\r\n, \"1.1.99\"],\n\"exclude-cases\": [\"\u65e5\u672c\",\"x\"],\n"+
		"\"exclude-agent-cases\": {\n  \"agent\": [\"3.*\"]}}")
	exclusion := c.ExcludeAgentCases[0]
	got := []string{
		c.Servers[0].At.String(), c.Cases[0].At.String(), c.Cases[1].At.String(), c.Cases[2].At.String(),
		c.ExcludeCases[1].At.String(), exclusion.Agent.At.String(), exclusion.Cases[0].At.String(),
	}
	want := []string{
		"c.json:3:40", "c.json:4:13", "c.json:4:20", "c.json:5:3",
		"c.json:6:24", "c.json:8:3", "c.json:8:13",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	err := c.Cases[2].At.Errorf(`"cases": unknown case %q`, c.Cases[2].Text)
	if got, want := err.Error(), `c.json:5:3: "cases": unknown case "1.1.99"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestURLThatTheFileDoesNotGiveIsNowhere(t *testing.T) {
	if s := parseServer(t, `{}`); s.At.Line != 0 || s.Cases[0].At.Line != 0 {
		t.Errorf("URL at %v, case at %v", s.At, s.Cases[0].At)
	}
}

// The files are alike but for how they are written.
func TestSyntaxIsTakenAsItComes(t *testing.T) {
	want := parseServer(t, `{"cases": ["1.1.1", "2.*"], "outdir": "r"}`)
	for name, text := range map[string]string{
		"blank lines first": "\n\n \n{\"cases\": [\"1.1.1\", \"2.*\"], \"outdir\": \"r\"}\n",
		"tabs":              "{\n\t\"cases\":\t[\"1.1.1\",\t\"2.*\"],\n\t\"outdir\":\t\"r\"\n}\n",
		"comma first":       "{\n    \"cases\": [\n        \"1.1.1\"\n      , \"2.*\"\n    ]\n  , \"outdir\": \"r\"\n}",
		"byte order mark":   "\ufeff{\"cases\": [\"1.1.1\", \"2.*\"], \"outdir\": \"r\"}",
		"CRLF":              "{\r\n\"cases\": [\"1.1.1\",\r\n\"2.*\"],\r\n\"outdir\": \"r\"\r\n}\r\n",
		"escapes":           `{"c\u0061ses": ["1\u002e1.1", "2.*"], "outdir": "r"}`,
		"null for absent":   `{"cases": ["1.1.1", "2.*"], "outdir": "r", "url": null, "options": null, "exclude-agent-cases": {"x": null}, "protocols": null}`,
		"list for object":   `{"cases": ["1.1.1", "2.*"], "outdir": "r", "options": [], "exclude-agent-cases": []}`,
		"object for list":   `{"cases": ["1.1.1", "2.*"], "outdir": "r", "exclude-cases": {}, "protocols": {}}`,
	} {
		if diff := cmp.Diff(want, parseServer(t, text), noPositions, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestCasesMayBeNone(t *testing.T) {
	if s := parseServer(t, `{"cases": []}`); len(s.Cases) != 0 {
		t.Errorf("cases %v, want none", spec.Texts(s.Cases))
	}
}

func TestTextsAreThoseOfPatterns(t *testing.T) {
	if diff := cmp.Diff([]string{"b", "a"}, spec.Texts(patterns("b", "a"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// joinWarnings is what is shown of warnings.
func joinWarnings(warnings []spec.Warning) string {
	var lines []string
	for _, w := range warnings {
		lines = append(lines, w.String())
	}
	return strings.Join(lines, "\n")
}
