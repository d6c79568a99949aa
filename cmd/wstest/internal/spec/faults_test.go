package spec_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cmd/wstest/internal/spec"
)

// warningsOf are what each mode has to say about a text, which has no faults.
func warningsOf(t *testing.T, mode, text string) string {
	t.Helper()
	var warnings []spec.Warning
	var err error
	switch mode {
	case spec.ModeFuzzingServer:
		_, warnings, err = spec.ParseServer("f", []byte(text))
	case spec.ModeFuzzingClient:
		_, warnings, err = spec.ParseClient("f", []byte(text))
	case spec.ModeMassConnect:
		_, warnings, err = spec.ParseMassConnect("f", []byte(text))
	}
	if err != nil {
		t.Errorf("%s of %s: %v", text, mode, err)
	}
	return joinWarnings(warnings)
}

func TestOddKeysAreWarnedOf(t *testing.T) {
	const webPort = "the port of the web pages is set on the command line, with --webport"
	for _, tt := range []struct{ mode, text, want string }{
		{spec.ModeFuzzingServer, `{"foo": 1}`, `f:1:2: unknown key "foo"`},
		{spec.ModeFuzzingServer, "{\n\t\"exclude_cases\": 1}", `f:2:2: unknown key "exclude_cases" (did you mean "exclude-cases"?)`},
		{spec.ModeFuzzingServer, `{"Cases": []}`, `f:1:2: unknown key "Cases" (did you mean "cases"?)`},
		{spec.ModeFuzzingServer, `{"webport": 8080}`, `f:1:2: key "webport" has no effect: ` + webPort},
		{spec.ModeFuzzingServer, `{"webPort": "x"}`, `f:1:2: key "webPort" has no effect: ` + webPort},
		{spec.ModeFuzzingServer, `{"enable-ssl": false}`, `f:1:2: key "enable-ssl" has no effect: a URL that begins with "wss:" asks for TLS`},
		{spec.ModeFuzzingServer, `{"servers": []}`, `f:1:2: key "servers" has no effect: it is for the mode fuzzingclient`},
		{spec.ModeFuzzingServer, `{"failByDrop": true}`, `f:1:2: key "failByDrop" has no effect: it belongs in "options"`},
		{spec.ModeFuzzingServer, `{"` + strings.Repeat("c", 65) + `": 1}`, `f:1:2: unknown key "` + strings.Repeat("c", 65) + `"`},
		{spec.ModeFuzzingServer, `{"\u001b[2J": 1}`, `f:1:2: unknown key "\x1b[2J"`},
		{spec.ModeFuzzingServer, `{"exclude-cases": ["1.1.1", "", "9.9.9", ""]}`,
			`f:1:29: "exclude-cases": "" selects nothing: take it away` + "\n" +
				`f:1:42: "exclude-cases": "" selects nothing: take it away`},
		{spec.ModeFuzzingServer, "{\"url\": \"ws://a\",\n\"url\": 1,\n\"url\": \"ws://b\"}",
			`f:1:2: this "url" has no effect: there is another in line 3` + "\n" +
				`f:2:1: this "url" has no effect: there is another in line 3`},
		{spec.ModeFuzzingClient, `{"url": "ws://a"}`, `f:1:2: key "url" has no effect: it belongs to a server in "servers"`},
		{spec.ModeFuzzingClient, `{"servers": [{"url": "ws://a", "agnet": "x"}]}`, `f:1:32: unknown key "agnet" (did you mean "agent"?)`},
		{spec.ModeFuzzingClient, `{"servers": [{"url": "wss://a", "key": "x"}]}`, `f:1:33: key "key" has no effect: a client's key is that of "tls"`},
		{spec.ModeFuzzingClient, `{"servers": [{"url": "ws://a", "tls": {"servername": "x"}}]}`, `f:1:40: unknown key "servername" (did you mean "serverName"?)`},
		{spec.ModeFuzzingClient, `{"servers": [{"url": "ws://a", "protocols": ["a"], "subprotocols": ["b"]}]}`,
			`f:1:14: this server has "protocols" and "subprotocols", which are the same: the latter counts`},
		{spec.ModeFuzzingClient, `{"servers": [{"url": "ws://a", "headers": {"A": "1", "A": "2"}}]}`,
			`f:1:44: this "A" has no effect: there is another in line 1`},
		{spec.ModeFuzzingClient, `{"servers": [{"url": "ws://a", "options": {"foo": 1}}], "options": {"bar": 1}}`,
			`f:1:44: unknown option "foo"` + "\n" + `f:1:69: unknown option "bar"`},
		{spec.ModeMassConnect, `{"options": {"batchSize": 1}}`, `f:1:14: unknown option "batchSize" (did you mean "batchsize"?)`},
		{spec.ModeMassConnect, `{"servers": [{"uri": "ws://a", "url": "ws://b"}]}`, `f:1:32: unknown key "url" (did you mean "uri"?)`},
	} {
		if diff := cmp.Diff(tt.want, warningsOf(t, tt.mode, tt.text)); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", tt.text, tt.mode, diff)
		}
	}
}

func TestFaultsOfAServerSayWhereAndWhatIsWanted(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                            `f:1:1: want an object, got a list`,
		"\n\"ws://a\"":                                  `f:2:1: want an object, got a string`,
		`{"url": 9001}`:                                 `f:1:9: "url": want a string, got a number`,
		`{"url": ""}`:                                   `f:1:9: "url": want a string that is not empty`,
		`{"outdir": ["x"]}`:                             `f:1:12: "outdir": want a string, got a list`,
		"{\"url\": \"x\",\n\"cases\": 3}":               `f:2:10: "cases": want a list of strings, got a number`,
		`{"cases": "*"}`:                                `f:1:11: "cases": want a list of strings, got a string`,
		`{"cases": ["1.1.1", 2]}`:                       `f:1:21: "cases": want strings in the list, got a number`,
		`{"exclude-cases": [null]}`:                     `f:1:20: "exclude-cases": want strings in the list, got null`,
		`{"exclude-agent-cases": ["a"]}`:                `f:1:25: "exclude-agent-cases": want an object, got a list`,
		`{"exclude-agent-cases": {"a": "1.*"}}`:         `f:1:31: "a": want a list of strings, got a string`,
		`{"options": true}`:                             `f:1:13: "options": want an object, got true`,
		`{"options": {"failByDrop": "yes"}}`:            `f:1:28: "failByDrop": want true or false, got a string`,
		`{"options": {"failByDrop": 2}}`:                `f:1:28: "failByDrop": want true or false, got a number`,
		`{"options": {"closeHandshakeTimeout": -1}}`:    `f:1:39: "closeHandshakeTimeout": want seconds from 0 to 1000000000, got -1`,
		`{"options": {"closeHandshakeTimeout": 1e999}}`: `f:1:39: "closeHandshakeTimeout": want seconds from 0 to 1000000000, got 1e999`,
		`{"options": {"autoPingInterval": "1"}}`:        `f:1:34: "autoPingInterval": want seconds from 0 to 1000000000, got a string`,
		`{"options": {"maxFramePayloadSize": 0.5}}`:     `f:1:37: "maxFramePayloadSize": want a whole number of octets, got 0.5`,
		`{"options": {"autoFragmentSize": 2147483648}}`: `f:1:34: "autoFragmentSize": want octets from 0 to 2147483647, got 2147483648`,
		`{"options": {"maxConnections": -2}}`:           `f:1:32: "maxConnections": want connections from 0 to 2147483647, got -2`,
		`{"options": {"versions": 13}}`:                 `f:1:26: "versions": want a list of numbers, got a number`,
		`{"options": {"allowedOrigins": "*"}}`:          `f:1:32: "allowedOrigins": want a list of strings, got a string`,
		`{"protocols": ["a b"]}`:                        "f:1:16: \"protocols\": want a name of letters, digits and !#$%&'*+-.^_`|~, got \"a b\"",
		`{"options": {"failByDrop": []}, "url": 1}`:     "f:1:28: \"failByDrop\": want true or false, got a list\nf:1:40: \"url\": want a string, got a number",
	} {
		checkFault(t, text, want, func() error { _, _, err := spec.ParseServer("f", []byte(text)); return err })
	}
}

func TestFaultsOfAClientSayWhereAndWhatIsWanted(t *testing.T) {
	const name = "letters, digits and !#$%&'*+-.^_`|~"
	for text, want := range map[string]string{
		`{"servers": "ws://a"}`:                                            `f:1:13: "servers": want a list of objects, got a string`,
		`{"servers": ["ws://a"]}`:                                          `f:1:14: "servers": want an object, got a string`,
		`{"servers": [{"agent": "x"}]}`:                                    `f:1:14: "servers": this server has no "url"`,
		`{"servers": [{"url": "ws://a", "url": null}]}`:                    `f:1:14: "servers": this server has no "url"`,
		`{"servers": [{"url": "ws://a", "origin": "a\r\nb"}]}`:             `f:1:42: "origin": want a string without control characters, got "a\r\nb"`,
		`{"servers": [{"url": "ws://a", "headers": {"A": 1}}]}`:            `f:1:49: "A": want a string, got a number`,
		`{"servers": [{"url": "ws://a", "headers": {"A": "\n"}}]}`:         `f:1:49: "A": want a string without control characters, got "\n"`,
		`{"servers": [{"url": "ws://a", "headers": {"A:": "b"}}]}`:         `f:1:44: "headers": want names of ` + name + `, got "A:"`,
		`{"servers": [{"url": "ws://a", "cookies": {"A": "b;c"}}]}`:        `f:1:49: "A": want a string without a semicolon, got "b;c"`,
		`{"servers": [{"url": "ws://a", "tls": true}]}`:                    `f:1:39: "tls": want an object, got true`,
		`{"servers": [{"url": "ws://a", "tls": {"minVersion": "1.4"}}]}`:   `f:1:54: "minVersion": want one of 1.0, 1.1, 1.2, 1.3, got "1.4"`,
		`{"servers": [{"url": "ws://a", "tls": {"minVersion": ["1.2"]}}]}`: `f:1:54: "minVersion": want one of 1.0, 1.1, 1.2, 1.3, got a list`,
		`{"options": {"version": "13"}}`:                                   `f:1:25: "version": want a version from 0 to 2147483647, got a string`,
	} {
		checkFault(t, text, want, func() error { _, _, err := spec.ParseClient("f", []byte(text)); return err })
	}
}

func TestFaultsOfMassConnectSayWhereAndWhatIsWanted(t *testing.T) {
	for text, want := range map[string]string{
		`{"options": {"connections": 0}}`:  `f:1:29: "connections": want connections from 1 to 1000000, got 0`,
		`{"options": {"batchsize": 1.5}}`:  `f:1:27: "batchsize": want a whole number of connections, got 1.5`,
		`{"options": {"retrydelay": -1}}`:  `f:1:28: "retrydelay": want milliseconds from 0 to 1000000000, got -1`,
		`{"servers": [{"name": "x"}]}`:     `f:1:14: "servers": this server has no "uri"`,
		`{"servers": [{"uri": ["ws:"] }]}`: `f:1:22: "uri": want a string, got a list`,
	} {
		checkFault(t, text, want, func() error { _, _, err := spec.ParseMassConnect("f", []byte(text)); return err })
	}
}

func TestMalformedFilesSayWhere(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "f: the file is empty: want a JSON object",
		"\ufeff \r\n\t":                   "f: the file is empty: want a JSON object",
		"{\n  \"a\": 1,\n}":               "f:3:1: invalid character '}' looking for beginning of object key string: take away the comma before it",
		"{\"cases\": [\"*\", ]}":          "f:1:17: invalid character ']' looking for beginning of value: take away the comma before it",
		"{\n// all\n}":                    "f:2:1: invalid character '/' looking for beginning of object key string: JSON has no comments",
		"{'a': 1}":                        "f:1:2: invalid character '\\'' looking for beginning of object key string: write strings in double quotes",
		"{\"a\": 1} x":                    "f:1:10: invalid character 'x' after top-level value",
		"{\"a\": 'http":                   "f:1:7: invalid character '\\'' looking for beginning of value: write strings in double quotes",
		"{\"gr\u00fc\u00df\": tru }":      "f:1:13: invalid character ' ' in literal true (expecting 'e')",
		"{\n\"url\": \"ws:/":              "f:2:12: unexpected end of JSON input",
		"{\"a\":\n \"\xff\"}":             "f:2:3: octet 0xff is not UTF-8: save the file as UTF-8",
		"\xff\xfe{\x00}\x00":              "f:1:1: octet 0xff is not UTF-8: save the file as UTF-8",
		strings.Repeat("[", 100_000):      "f:1:10001: invalid character '[' exceeded max depth",
		"{\"a\": \"\u65e5\u672c\"\n\"b\"": "f:2:1: invalid character '\"' after object key:value pair",
	} {
		_, _, err := spec.ParseServer("f", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q: error %v, want %s", text, err, want)
		}
	}
}

func TestLongValuesAreCutInMessages(t *testing.T) {
	_, _, err := spec.ParseServer("f", []byte(`{"options": {"maxConnections": `+strings.Repeat("9", 5000)+`}}`))
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("error %v, want a short one", err)
	}
}

// checkFault wants parse, which parses text, to object to it in these words.
func checkFault(t *testing.T, text, want string, parse func() error) {
	t.Helper()
	err := parse()
	if err == nil {
		t.Errorf("%s: no error, want %s", text, want)
		return
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", text, diff)
	}
}
