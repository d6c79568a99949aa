package templates

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gobahn/cases"
)

// command plays the case again.
func (p Page) command() string {
	seed := fmt.Sprintf(" --seed %d", p.Observation.Seed)
	if p.Observation.Server {
		return ClientCommand(p.Case, seed)
	}
	id := p.Case.ID
	if len(p.Case.Variants) > 0 {
		id = cases.PartID(id, p.Result.Worst)
	}
	return ServerCommand(p.Case, id, p.address(), seed)
}

// commandNote is what else there is to know for that.
func (p Page) commandNote() string {
	if p.Observation.Server {
		return ClientNote(p.Case)
	}
	return "The address is that of the opening handshake, which does not tell ws:// from wss://."
}

// ServerCommand is the command line that plays c, or that of its parts with the id, with
// the server at address. Flags are further ones, each behind a blank.
func ServerCommand(c cases.Case, id cases.ID, address, flags string) string {
	return fmt.Sprintf("wstest run %s %s%s%s", quoted(string(id)), quoted(address), flags, needed(c))
}

// ClientCommand is the command line that plays c with a client. Flags are as for
// ServerCommand.
func ClientCommand(c cases.Case, flags string) string {
	id, _ := c.ID.Part()
	line := fmt.Sprintf("wstest test-client --cases %s%s%s", quoted(string(id)), flags, needed(c))
	if slices.Contains(c.Needs, cases.NeedURL) {
		line += " --each -- COMMAND {url}"
	}
	return line
}

// ClientNote is what else there is to know for ClientCommand.
func ClientNote(c cases.Case) string {
	if slices.Contains(c.Needs, cases.NeedURL) {
		return "COMMAND is the client: it opens a WebSocket at {url}, sends back what comes, and ends."
	}
	path, number := "/runCase", "1"
	if slices.Contains(c.Tags, cases.Handshake) {
		path = "/handshake/runCase"
	}
	if _, part := c.ID.Part(); part >= 0 {
		number = fmt.Sprint(part + 1)
	} else if n := len(c.Variants); n > 1 {
		number = fmt.Sprintf("1 to %d", n)
	}
	return fmt.Sprintf("Then start the client, which asks for the case as %s?case=%s. After -- the command can start it itself.", path, number)
}

// needed are the flags without which c is not played.
func needed(c cases.Case) (flags string) {
	if c.ID == c.ID.Own() {
		flags = " --case-file FILE"
	}
	for _, need := range c.Needs {
		flags += declaring[need]
	}
	return flags
}

// declaring are the flags that declare what a case needs.
var declaring = map[cases.Need]string{
	cases.NeedProtocol:   " --subprotocol NAME",
	cases.NeedOrigin:     " --origin-allow ORIGIN",
	cases.NeedMaxMessage: " --max-message N",
	cases.NeedPID:        " --pid N",
	cases.NeedAbsent:     " --absent-path PATH",
}

// address is the URL of the server, from the request that it got.
func (p Page) address() string {
	first, rest, _ := strings.Cut(p.Observation.Request, "\r\n")
	words := strings.Split(first, " ")
	for line := range strings.SplitSeq(rest, "\r\n") {
		name, host, _ := strings.Cut(line, ":")
		u := url.URL{Scheme: "ws", Host: strings.TrimSpace(host)}
		if strings.EqualFold(name, "host") && u.Host != "" && len(words) == 3 {
			return u.String() + words[1]
		}
	}
	return "ws://HOST:PORT"
}

// bare is what a shell takes as it is.
var bare = regexp.MustCompile(`^[A-Za-z0-9_.,:/@%+-]+$`)

// quoted is s as one word of a shell.
func quoted(s string) string {
	if bare.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(Legible(s), "'", `'\''`) + "'"
}
