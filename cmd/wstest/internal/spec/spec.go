// Package spec reads the spec files of the reference: what to test and how, as
// JSON. What is odd in a file is a warning, and only what cannot be understood an
// error; either says the line and column.
package spec

import (
	"fmt"
	"os"

	"gobahn/fuzzer"
)

// A Pattern is a case id or case pattern in a list of them. Whether it selects
// anything is for cases.Select to say.
type Pattern struct {
	Text string
	At   Position
}

// Texts returns the patterns without their positions.
func Texts(list []Pattern) []string {
	var texts []string
	for _, p := range list {
		texts = append(texts, p.Text)
	}
	return texts
}

// An AgentExclusion leaves out cases for the agents that a pattern selects.
type AgentExclusion struct {
	Agent Pattern
	Cases []Pattern
}

// A Selection says which cases are played.
type Selection struct {
	Cases             []Pattern // without a position where the file does not say: "*"
	ExcludeCases      []Pattern
	ExcludeAgentCases []AgentExclusion // in the order of the file
}

// A Server is the spec file of the mode fuzzingserver.
type Server struct {
	Selection
	URL       string
	At        Position // of URL; its Line is 0 where the file does not say
	Outdir    string
	Protocols []string // the subprotocols it speaks
	Options   fuzzer.Options
	Key, Cert string // files
}

// A Client is the spec file of the mode fuzzingclient.
type Client struct {
	Selection
	Outdir  string
	Servers []Target
	Options fuzzer.Options // for servers that are not in the file
}

// A Target is a server that a fuzzing client tests.
type Target struct {
	URL       string
	At        Position // of URL
	Agent     string   // in reports; empty: what the server calls itself
	Hostname  string   // sent in TLS (SNI), and verified; empty: nothing is verified
	Origin    string
	Protocols []string // subprotocols to offer
	Headers   []Field  // of the opening handshake, beside those of the protocol
	Cookies   []Field
	TLS       *TLS           // nil: as the reference does it
	Options   fuzzer.Options // those of the whole file, but for those of its own
}

// A Field is a header or cookie.
type Field struct {
	Name, Value string
	At          Position // of Value
}

// TLS says how strict to be with a server. Files are in PEM.
type TLS struct {
	CA         string // the authorities to trust instead of the system's
	Insecure   bool   // trust anybody
	Cert, Key  string // of the client; an empty Key is in Cert
	ServerName string // to send and verify instead of the host in the URL
	MinVersion string // "1.0", "1.1", "1.2" or "1.3"; empty: no wish
}

// ReadServer reads the spec file of a fuzzing server.
func ReadServer(path string) (Server, []Warning, error) { return read(path, ParseServer) }

// ReadClient reads the spec file of a fuzzing client.
func ReadClient(path string) (Client, []Warning, error) { return read(path, ParseClient) }

// ReadMassConnect reads the spec file of the mode massconnect.
func ReadMassConnect(path string) (MassConnect, []Warning, error) {
	return read(path, ParseMassConnect)
}

// read reads a file with what parses it.
func read[T any](path string, parse func(file string, text []byte) (T, []Warning, error)) (T, []Warning, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		var none T
		return none, nil, fmt.Errorf("spec file: %w", err)
	}
	return parse(path, text)
}

// ParseServer parses the text of a fuzzing server's spec file.
func ParseServer(file string, text []byte) (Server, []Warning, error) {
	s := Server{
		URL:       "ws://127.0.0.1:9001",
		Outdir:    "./reports/clients",
		Selection: everyCase(),
		Options:   fuzzer.DefaultOptions(),
	}
	return parseInto(&s, file, text, func(r *reader, v value) {
		r.object(v, level{
			noun: "key",
			fields: joined(r.selection(&s.Selection), fields{
				"url":       r.url(&s.URL, &s.At),
				"outdir":    into(r.nonEmpty, &s.Outdir),
				"protocols": into(r.protocols, &s.Protocols),
				"options":   func(v value) { r.serverOptions(v, &s.Options) },
				"key":       into(r.text, &s.Key),
				"cert":      into(r.text, &s.Cert),
			}),
			ignored: joined(misplacedOptions(), reasons{
				"webport":    "the port of the web pages is set on the command line, with --webport",
				"webPort":    "the port of the web pages is set on the command line, with --webport",
				"enable-ssl": useWSS,
				"servers":    "it is for the mode fuzzingclient",
			}),
		})
	})
}

// ParseClient parses the text of a fuzzing client's spec file.
func ParseClient(file string, text []byte) (Client, []Warning, error) {
	c := Client{
		Outdir:    "./reports/servers",
		Selection: everyCase(),
		Options:   fuzzer.DefaultOptions(),
	}
	return parseInto(&c, file, text, func(r *reader, v value) {
		var servers value // to be read last: they inherit the options
		r.object(v, level{
			noun: "key",
			fields: joined(r.selection(&c.Selection), fields{
				"outdir":  into(r.nonEmpty, &c.Outdir),
				"servers": func(v value) { servers = v },
				"options": func(v value) { r.clientOptions(v, &c.Options) },
			}),
			ignored: joined(misplacedOptions(), reasons{
				"url":        `it belongs to a server in "servers"`,
				"protocols":  `it belongs to a server in "servers"`,
				"key":        `a client's key is that of "tls" of a server in "servers"`,
				"cert":       `a client's certificate is that of "tls" of a server in "servers"`,
				"webport":    "it is for the mode fuzzingserver",
				"webPort":    "it is for the mode fuzzingserver",
				"enable-ssl": useWSS,
			}),
		})
		if !servers.isNull() {
			c.Servers = r.targets(servers, c.Options)
		}
	})
}

const useWSS = `a URL that begins with "wss:" asks for TLS`

// parseInto parses a file of which fill makes *spec.
func parseInto[T any](spec *T, file string, text []byte, fill func(*reader, value)) (T, []Warning, error) {
	var none T
	v, err := parse(file, text)
	if err != nil {
		return none, nil, err
	}
	if !v.isObject() {
		return none, nil, v.at.Errorf("want an object, got %s", kind(v))
	}
	r := new(reader)
	fill(r, v)
	warnings, err := r.result()
	if err != nil {
		return none, warnings, err
	}
	return *spec, warnings, nil
}
