// Command condense turns reports of the reference fuzzer into the recordings that the
// parity tests compare with: figures only, one line a case, in catalogue order.
//
//	go run ./cmd/condense [-chapters 1,2,10] SRC DST
//
// SRC is a directory of <run>.json.gz, each {"agent", "role", "cases": {id:
// report}} with the reference's own per-case reports; DST gets <run>.json. Left
// out are sentences, times, masking keys, of the handshakes all but the extension
// agreed on, and everything of the wire log but the frames transmitted.
// testdata/autobahn/README.md describes what is written.
//
// Of messages that are to come back, which are in no wire log, there are frame and
// octet statistics instead.
//
// Three things need care. The reference shows a payload as text if it can, else
// as 0x and hex, and puts " ..." after the first 64 octets of one longer than 60;
// how long it was is known from the wire log only. It ran on Python 2, to which
// an encoded surrogate is a character: a lone one stands for three octets, a pair
// for six or, as a proper character, for four, and the length decides. And of a
// long wire log rows are missing in the middle: how many frames were among them
// follows from the frame statistics, which are complete.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gobahn/cases"
)

const (
	logLimit = 64     // octets of a payload the reference keeps
	ellipsis = " ..." // follows what it cut
)

var chapters = flag.String("chapters", "all", "chapters to condense")

func main() {
	log.SetFlags(0)
	log.SetPrefix("condense: ")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: go run ./cmd/condense [-chapters LIST] SRC DST")
	}
	files, err := filepath.Glob(filepath.Join(flag.Arg(0), "*.json.gz"))
	if err != nil || len(files) == 0 {
		log.Fatalf("no *.json.gz in %s (%v)", flag.Arg(0), err)
	}
	for _, file := range files {
		run := strings.TrimSuffix(filepath.Base(file), ".json.gz")
		if err := condense(run, file, filepath.Join(flag.Arg(1), run+".json")); err != nil {
			log.Fatalf("%s: %v", run, err)
		}
	}
}

// A report is what the reference says about one case, as far as it is used.
type report struct {
	Behavior          string         `json:"behavior"`
	BehaviorClose     string         `json:"behaviorClose"`
	ClosedByMe        bool           `json:"closedByMe"`
	FailedByMe        bool           `json:"failedByMe"`
	DroppedByMe       bool           `json:"droppedByMe"`
	WasClean          bool           `json:"wasClean"`
	OpeningTimeout    bool           `json:"wasOpenHandshakeTimeout"`
	ClosingTimeout    bool           `json:"wasCloseHandshakeTimeout"`
	ServerDropTimeout bool           `json:"wasServerConnectionDropTimeout"`
	NotCleanReason    string         `json:"wasNotCleanReason"`
	LocalCode         *uint16        `json:"localCloseCode"`
	LocalReason       units          `json:"localCloseReason"`
	RemoteCode        *uint16        `json:"remoteCloseCode"`
	RemoteReason      units          `json:"remoteCloseReason"`
	Received          []row          `json:"received"`
	Wirelog           []row          `json:"wirelog"`
	TxFrameStats      map[string]int `json:"txFrameStats"`
	RxFrameStats      map[string]int `json:"rxFrameStats"`
	RxOctetStats      map[string]int `json:"rxOctetStats"` // reads by their octets, or figures about them
	TrafficStats      *traffic       `json:"trafficStats"`
	Server            bool           `json:"isServer"` // the fuzzer, not the peer
	Request           string         `json:"httpRequest"`
	Response          string         `json:"httpResponse"`
}

// Traffic are the octets of messages, uncompressed.
type traffic struct {
	Received int `json:"incomingOctetsAppLevel"`
	Sent     int `json:"outgoingOctetsAppLevel"`
}

// A line is one case as it is written.
type line struct {
	ID            string   `json:"id"`
	Behavior      string   `json:"behavior"`
	BehaviorClose string   `json:"behaviorClose"`
	Flags         []string `json:"flags,omitempty"`
	Reason        string   `json:"reason,omitempty"`
	LocalCode     *uint16  `json:"localCode"`
	LocalReason   payload  `json:"localReason,omitzero"`
	RemoteCode    *uint16  `json:"remoteCode"`
	RemoteReason  payload  `json:"remoteReason,omitzero"`
	Deflate       string   `json:"deflate,omitempty"`
	Received      []event  `json:"received,omitempty"`
	Sent          []frame  `json:"sent,omitempty"`

	// Of messages that are to come back.
	SentFrames       map[string]int `json:"sentFrames,omitempty"`
	SentInflated     int            `json:"sentInflated,omitempty"`
	ReceivedFrames   map[string]int `json:"receivedFrames,omitempty"`
	ReceivedOctets   int            `json:"receivedOctets,omitempty"`
	ReceivedInflated int            `json:"receivedInflated,omitempty"`
}

type event struct {
	Got     string  `json:"got,omitempty"`
	Payload payload `json:"payload,omitzero"`
	Mark    string  `json:"mark,omitempty"`
	Gap     int     `json:"gap,omitempty"`
}

type frame struct {
	Op      string  `json:"op,omitempty"`
	NoFIN   bool    `json:"noFin,omitempty"`
	RSV     int     `json:"rsv,omitempty"`
	Payload payload `json:"payload,omitzero"`
	Chop    int     `json:"chop,omitempty"`
	Sync    bool    `json:"sync,omitempty"`
	Repeat  int     `json:"repeat,omitempty"`
	Gap     int     `json:"gap,omitempty"`
}

// reasons are short words for the reference's reasons why an ending is not clean.
var reasons = map[string]string{
	"": "",
	"peer dropped the TCP connection without previous WebSocket closing handshake": "peerDropped",
	"peer did not respond (in time) in closing handshake":                          "noReply",
	"server did not drop TCP connection (in time)":                                 "noServerDrop",
	"peer did not finish (in time) the opening handshake":                          "noOpening",
}

func condense(run, src, dst string) error {
	f, err := os.Open(src)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	var in struct {
		Agent string            `json:"agent"`
		Role  string            `json:"role"`
		Cases map[string]report `json:"cases"`
	}
	if err := json.NewDecoder(z).Decode(&in); err != nil {
		return err
	}
	var ids []string
	for id := range in.Cases {
		chapter, _, _ := strings.Cut(id, ".")
		if *chapters == "all" || slices.Contains(strings.Split(*chapters, ","), chapter) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, byNumbers)
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n\"run\": %q,\n\"agent\": %q,\n\"role\": %q,\n\"cases\": [\n", run, in.Agent, in.Role)
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for i, id := range ids {
		l, err := condenseCase(id, in.Cases[id])
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if err := enc.Encode(l); err != nil {
			return err
		}
		if i < len(ids)-1 {
			out.Truncate(out.Len() - 1)
			out.WriteString(",\n")
		}
	}
	out.WriteString("]\n}\n")
	return os.WriteFile(dst, out.Bytes(), 0o644)
}

// byNumbers orders ids as the catalogue does: 2.9 before 2.10.
func byNumbers(a, b string) int {
	numbers := func(id string) (list []int) {
		for part := range strings.SplitSeq(id, ".") {
			n, _ := strconv.Atoi(part)
			list = append(list, n)
		}
		return list
	}
	return slices.Compare(numbers(a), numbers(b))
}

func condenseCase(id string, r report) (line, error) {
	reason, ok := reasons[r.NotCleanReason]
	if !ok {
		return line{}, fmt.Errorf("unknown reason %q", r.NotCleanReason)
	}
	l := line{
		ID: id, Behavior: r.Behavior, BehaviorClose: r.BehaviorClose, Reason: reason,
		LocalCode: r.LocalCode, LocalReason: closeReason(r.LocalReason),
		RemoteCode: r.RemoteCode, RemoteReason: closeReason(r.RemoteReason),
	}
	for _, flag := range []struct {
		name string
		set  bool
	}{
		{"closedByMe", r.ClosedByMe}, {"failedByMe", r.FailedByMe}, {"droppedByMe", r.DroppedByMe},
		{"wasClean", r.WasClean}, {"openingTimeout", r.OpeningTimeout},
		{"closingTimeout", r.ClosingTimeout}, {"serverDropTimeout", r.ServerDropTimeout},
	} {
		if flag.set {
			l.Flags = append(l.Flags, flag.name)
		}
	}
	l.Deflate = field(r.Response, "Sec-WebSocket-Extensions")
	if e, ok := echo(id); ok {
		return l, statistics(&l, r, e)
	}
	var err error
	if l.Sent, err = sent(r); err != nil {
		return line{}, err
	}
	l.Received, err = received(r)
	return l, err
}

// field is the value of a field in the head of a request or response.
func field(head, name string) string {
	var values []string
	for row := range strings.SplitSeq(head, "\r\n") {
		if key, value, _ := strings.Cut(row, ":"); strings.EqualFold(key, name) {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return strings.Join(values, ", ")
}

// echo is the Echo that is all of the script of case id, if it is.
func echo(id string) (cases.Echo, bool) {
	i := slices.IndexFunc(cases.Catalogue, func(c cases.Case) bool { return string(c.ID) == id })
	if i < 0 || len(cases.Catalogue[i].Script) != 1 {
		return cases.Echo{}, false
	}
	e, ok := cases.Catalogue[i].Script[0].(cases.Echo)
	return e, ok
}

// statistics fills l with what is known of messages that are not logged. Into how
// many frames compressed ones are cut depends on what they are cut from, so it
// says nothing about ours.
func statistics(l *line, r report, e cases.Echo) (err error) {
	if e.Message.Payload.Corpus == "" || e.Message.Fragment == 0 {
		if l.SentFrames, err = byName(r.TxFrameStats); err != nil {
			return err
		}
	}
	if l.ReceivedFrames, err = byName(r.RxFrameStats); err != nil {
		return err
	}
	head := r.Response
	if r.Server {
		head = r.Request
	}
	octets, ok := r.RxOctetStats["octets"]
	if !ok {
		for size, n := range r.RxOctetStats {
			one, err := strconv.Atoi(size)
			if err != nil {
				return fmt.Errorf("octet statistics: %w", err)
			}
			octets += one * n
		}
	}
	if l.ReceivedOctets = octets - len(head); l.ReceivedOctets < 0 {
		return fmt.Errorf("%d octets received, less than the opening handshake of %d", octets, len(head))
	}
	if r.TrafficStats != nil {
		l.SentInflated, l.ReceivedInflated = r.TrafficStats.Sent, r.TrafficStats.Received
	}
	return nil
}

// byName are frame statistics with opcodes by name.
func byName(stats map[string]int) (map[string]int, error) {
	named := make(map[string]int)
	for op, n := range stats {
		i, err := strconv.Atoi(op)
		if err != nil || i < 0 || i >= len(opcodes) {
			return nil, fmt.Errorf("frame statistics: opcode %q", op)
		}
		named[opcodes[i]] = n
	}
	return named, nil
}

// closeReason is the octets of a reason, which the reference gives as text, or
// as hex without 0x where it is not UTF-8.
func closeReason(u units) payload {
	text := u.octets(false)
	if b, err := hex.DecodeString(string(text)); err == nil && !utf8.Valid(b) {
		return payload{head: b, size: len(b)}
	}
	return payload{head: text, size: len(text)}
}

// sent lists the frames transmitted. Frames sent in parts are not among them:
// the reference logs those as octets only.
func sent(r report) (list []frame, err error) {
	left, gap, switched := 0, -1, false
	for _, n := range r.TxFrameStats {
		left += n
	}
	for _, row := range r.Wirelog {
		switch row.str(0) {
		case "TF":
			n, p := row.sized(1)
			f := frame{Op: opcodes[row.num(2)], NoFIN: row.str(3) == "false", RSV: row.num(4), Repeat: row.num(6), Chop: row.num(7), Sync: row.str(8) == "true"}
			if f.Payload, err = sizedPayload(p, n); err != nil {
				return nil, err
			}
			list, left = append(list, f), left-1
		case "WLM":
			switched = true
		case "...":
			gap = len(list)
		}
	}
	if switched {
		left = -1 // frames passed while recording was off: nobody knows how many were cut
	}
	if gap >= 0 && left != 0 {
		list = slices.Insert(list, gap, frame{Gap: left})
	}
	return list, nil
}

var opcodes = []string{"continuation", "text", "binary", "0x3", "0x4", "0x5", "0x6", "0x7", "close", "ping", "pong", "0xb", "0xc", "0xd", "0xe", "0xf"}

// received lists the events observed. How long those are that were cut, and
// which surrogates were pairs, is taken from the frames received.
func received(r report) ([]event, error) {
	before, after, err := messages(r.Wirelog)
	if err != nil {
		return nil, err
	}
	known := make([]*message, len(r.Received))
	match(r.Received, before, known)
	rows := slices.Clone(r.Received)
	slices.Reverse(rows)
	slices.Reverse(known)
	slices.Reverse(after)
	match(rows, after, known)
	slices.Reverse(known)
	var list []event
	for i, row := range r.Received {
		list = append(list, describe(row, known[i]))
	}
	return list, nil
}

// match finds for each event, up to a gap, the message it is of.
func match(rows []row, messages []message, known []*message) {
	for i, row := range rows {
		if row.str(0) == "..." {
			return
		}
		at := slices.IndexFunc(messages, func(m message) bool { return known[i] == nil && row.is(m) })
		if at >= 0 {
			known[i], messages = &messages[at], messages[at+1:]
		}
	}
}

// A message is what the frames received tell of a message or control frame.
type message struct {
	kind string
	payload
}

// messages lists the whole ones before the gap in the wire log and after it;
// without a gap, all are after it.
func messages(log []row) (before, after []message, err error) {
	var m message
	open := false
	for _, row := range log {
		if row.str(0) == "..." {
			before, after, open = after, nil, false
			continue
		}
		if row.str(0) != "RF" {
			continue
		}
		n, u := row.sized(1)
		p, err := sizedPayload(u, n)
		if err != nil {
			return nil, nil, err
		}
		switch kind := opcodes[row.num(2)]; kind {
		case "text", "binary":
			m, open = message{kind, p}, true
		case "continuation":
			if len(m.head) == m.size {
				m.head = append(m.head, p.head...)
			}
			m.size += p.size
		case "ping", "pong":
			after = append(after, message{kind, p})
			continue
		default:
			continue
		}
		if open && row.str(3) == "true" {
			after, open = append(after, m), false
		}
	}
	return before, after, nil
}

// kind is the kind of event r is.
func (r row) kind() string {
	if kind := r.str(0); kind != "message" {
		return kind
	}
	if r.str(2) == "true" {
		return "binary"
	}
	return "text"
}

// is reports whether r can be the event of m.
func (r row) is(m message) bool {
	if r.kind() != m.kind {
		return false
	}
	p, err := sizedPayload(r.units(1), m.size)
	n := min(len(p.head), len(m.head))
	return err == nil && bytes.Equal(p.head[:n], m.head[:n])
}

func describe(r row, m *message) event {
	switch kind := r.kind(); {
	case kind == "...":
		return event{Gap: r.num(1)}
	case kind == "timeout":
		return event{Mark: string(r.units(1).octets(false))}
	case m != nil:
		p, _ := sizedPayload(r.units(1), m.size)
		return event{Got: kind, Payload: p}
	default:
		u := r.units(1)
		for n := range logLimit - len(ellipsis) + 1 {
			if p, err := sizedPayload(u, n); err == nil {
				return event{Got: kind, Payload: p}
			}
		}
		p, _ := sizedPayload(u, logLimit+1)
		p.size = -1
		return event{Got: kind, Payload: p}
	}
}
