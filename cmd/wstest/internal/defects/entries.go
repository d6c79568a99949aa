package main

import (
	"embed"
	"path"

	"gobahn/cases"
)

// Glue is the programs that make an echo peer of a library.
//
//go:embed glue
var glue embed.FS

// A source is where a library comes from, and with what its glue is run.
type source string

const (
	goModule source = "Go module" // glue in Go is built with it
	npm      source = "npm"       // glue in JavaScript is run by Node
	bun      source = "Bun"       // a runtime from npm, which runs glue in JavaScript
)

// An entry is a published defect of a WebSocket implementation, with a version that has
// it and one that does not.
type entry struct {
	id      string
	source  source
	library string // as the registry calls it
	role    cases.Role

	vulnerable, fixed string // versions

	glue  string     // file in the folder of that name
	path  string     // of the WebSocket; empty: /
	limit int        // octets of the longest message, as the glue has it; 0: it has none
	fault string     // a sentence
	cases []cases.ID // that are to name it, or "21.1.5/3" for one variant; none: no verdict can, for no rule is broken
	says  string     // what the verdict that names it says, in part; empty: anything
}

// The verdicts of a process that came to harm.
const (
	ended = "process of the peer ended"
	grew  = "process of the peer grew"
)

// entries are all of which both versions were seen here, the fault with an octet stream
// written by hand.
var entries = []entry{
	{
		id: "CVE-2026-27889", source: goModule, library: "github.com/nats-io/nats-server/v2", role: cases.Server,
		vulnerable: "v2.12.4", fixed: "v2.12.6", glue: "nats.go", cases: []cases.ID{"17.2.1"}, says: ended,
		fault: "A length with the top bit set ends the broker, before anybody has logged in.",
	},
	{
		id: "CVE-2020-27813", source: goModule, library: "github.com/gorilla/websocket", role: cases.Server,
		vulnerable: "v1.4.0", fixed: "v1.4.1", glue: "gorilla.go", cases: []cases.ID{"17.2.1"},
		fault: "A length with the top bit set is taken for an empty message.",
	},
	{
		id: "CVE-2026-27571", source: goModule, library: "github.com/nats-io/nats-server/v2", role: cases.Server,
		vulnerable: "v2.10.27", fixed: "v2.12.6", glue: "nats.go", cases: []cases.ID{"20.5.1", "20.5.7"}, says: grew,
		fault: "A compressed frame is inflated to any size.",
	},
	{
		id: "fastws#11", source: goModule, library: "github.com/dgrr/fastws", role: cases.Server,
		vulnerable: "v1.0.3", fixed: "v1.0.4", glue: "fastws.go", cases: []cases.ID{"17.2.1"},
		fault: "The top bit of a length is ignored.",
	},
	{
		id: "gws e743e932", source: goModule, library: "github.com/lxzan/gws", role: cases.Server,
		vulnerable: "v1.8.1", fixed: "v1.8.2", glue: "gws.go", limit: 64 << 10, cases: []cases.ID{"20.5.8"},
		fault: "The limit of a message is applied only after it was inflated.",
	},
	{
		id: "nhooyr 711aa3f", source: goModule, library: "nhooyr.io/websocket", role: cases.Server,
		vulnerable: "v1.8.7", fixed: "v1.8.10", glue: "nhooyr.go", cases: []cases.ID{"19.2.1"},
		fault: "An offer with an unknown parameter is no reason to decline it, but the whole handshake.",
	},
	{
		id: "coder#435", source: goModule, library: "github.com/coder/websocket", role: cases.Server,
		vulnerable: "v1.8.14", fixed: "v1.8.15", glue: "coder.go",
		fault: "A compressed message of a few octets is sent in six frames, which is allowed.",
	},
	{
		id: "go#5082", source: goModule, library: "golang.org/x/net", role: cases.Server,
		vulnerable: "v0.0.0-20161007143504-f4b625ec9b21", fixed: "v0.0.0-20161013035702-8b4af36cd21a",
		glue: "xnet.go", cases: []cases.ID{"21.2.7", "21.2.8"}, says: grew,
		fault: "A frame is read into memory whatever its length.",
	},
	{
		id: "gorilla#752", source: goModule, library: "github.com/gorilla/websocket", role: cases.Server,
		vulnerable: "v1.5.0", fixed: "v1.5.1", glue: "gorilla.go", cases: []cases.ID{"14.3.10"},
		fault: "A key that is not of 16 octets opens a WebSocket.",
	},
	{
		id: "nats ab56ffe50", source: goModule, library: "github.com/nats-io/nats-server/v2", role: cases.Server,
		vulnerable: "v2.9.10", fixed: "v2.10.27", glue: "nats.go", cases: []cases.ID{"18.1.5", "7.3.1"}, says: "1005",
		fault: "A close frame without a code is answered with 1005, which must never be sent.",
	},
	{
		id: "nbio bad version", source: goModule, library: "github.com/lesismal/nbio", role: cases.Server,
		vulnerable: "v1.2.0", fixed: "v1.2.20", glue: "nbio.go", cases: []cases.ID{"14.3.15", "14.3.7"},
		fault: "A request with another version of the protocol is never answered.",
	},
	{
		id: "bun#33001", source: bun, library: "@oven/bun-linux-x64", role: cases.Server,
		vulnerable: "1.3.14", fixed: "1.4.0", glue: "bun-server.js", cases: []cases.ID{"20.3.2"},
		fault: "A ping with RSV1 is taken, and the plain message behind it is inflated.",
	},
	{
		id: "bun#35526", source: bun, library: "@oven/bun-linux-x64", role: cases.Client,
		vulnerable: "1.4.0", fixed: "1.4.5", glue: "client.js", cases: []cases.ID{"16.2.2"},
		fault: "A masked close frame is taken, with octets of the mask for its code.",
	},
	{
		id: "CVE-2026-1528", source: npm, library: "undici", role: cases.Client,
		vulnerable: "7.23.0", fixed: "7.24.0", glue: "client.js", cases: []cases.ID{"17.3.1"},
		fault: "A length beyond what JavaScript can hold ends the process, or is taken for another.",
	},
	{
		id: "CVE-2024-37890", source: npm, library: "ws", role: cases.Server,
		vulnerable: "8.17.0", fixed: "8.17.1", glue: "ws.js", cases: []cases.ID{"21.1.5"}, says: ended,
		fault: "So many header fields that Node drops Upgrade end the process.",
	},
	{
		id: "bun#32820", source: bun, library: "@oven/bun-linux-x64", role: cases.Server,
		vulnerable: "1.3.14", fixed: "1.4.0", glue: "bun-server.js", cases: []cases.ID{"16.1.1", "16.1.3", "16.1.6"},
		fault: "A frame without a mask is ignored, and the connection stays open.",
	},
	{
		id: "CVE-2022-21676", source: npm, library: "engine.io", role: cases.Server,
		vulnerable: "6.1.0", fixed: "6.1.1", glue: "engineio.js", path: "/engine.io/?EIO=4&transport=websocket",
		cases: []cases.ID{"14.1.17", "21.3.6"}, says: ended,
		fault: "A frame with RSV2 in the segment of the request ends the process.",
	},
	{
		id: "CVE-2021-32640", source: npm, library: "ws", role: cases.Server,
		vulnerable: "7.4.5", fixed: "7.4.6", glue: "ws.js", cases: []cases.ID{"14.6.8"},
		fault: "The time to split a list of subprotocols grows with the square of the blanks in it.",
	},
	{
		id: "bun#33691", source: bun, library: "@oven/bun-linux-x64", role: cases.Server,
		vulnerable: "1.4.0", fixed: "1.4.5", glue: "bun-server.js", cases: []cases.ID{"7.3.2"},
		fault: "A close frame of one octet is answered as if it were in order.",
	},
	{
		id: "undici#3247", source: npm, library: "undici", role: cases.Client,
		vulnerable: "6.15.0", fixed: "6.19.0", glue: "client.js", cases: []cases.ID{"2.6"},
		fault: "A ping that comes in two segments is answered without its payload, and ends all reading.",
	},
	{
		id: "ws 92774377", source: npm, library: "ws", role: cases.Server,
		vulnerable: "7.4.3", fixed: "7.4.4", glue: "ws.js", cases: []cases.ID{"20.1.6"},
		fault: "What follows a message whose compressed data has a final block is lost.",
	},
	{
		id: "CVE-2026-1526", source: npm, library: "undici", role: cases.Client,
		vulnerable: "7.23.0", fixed: "7.24.0", glue: "client.js", cases: []cases.ID{"20.5.1", "20.5.7"}, says: grew,
		fault: "A compressed message is inflated to any size.",
	},
	{
		id: "CVE-2026-48779", source: npm, library: "ws", role: cases.Server,
		vulnerable: "8.20.1", fixed: "8.21.0", glue: "ws.js", cases: []cases.ID{"21.2.7"}, says: grew,
		fault: "The fragments of a message are kept, however many there are.",
	},
	{
		id: "ws#1681", source: npm, library: "ws", role: cases.Server,
		vulnerable: "7.2.1", fixed: "7.2.2", glue: "ws.js", cases: []cases.ID{"16.1.1"},
		fault: "A frame without a mask is taken and echoed.",
	},
	{
		id: "ws#2291", source: npm, library: "ws", role: cases.Server,
		vulnerable: "8.18.2", fixed: "8.18.3", glue: "ws.js", cases: []cases.ID{"14.3.15"},
		fault: "Another version of the protocol is refused without saying which one is spoken.",
	},
}

// program is the glue of e.
func (e entry) program() ([]byte, error) { return glue.ReadFile(path.Join("glue", e.glue)) }

// peer is one version of a library with its glue, which several entries may share.
type peer struct {
	source           source
	library, version string
	glue             string
}

func (e entry) peer(version string) peer { return peer{e.source, e.library, version, e.glue} }
