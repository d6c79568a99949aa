package fuzzer_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/fuzzer"
)

var update = flag.Bool("update", false, "write the table of mutants instead of comparing with it")

// mutants are all mutants, under the headings of the table.
var mutants = []struct {
	title string
	list  []mutant
	plays *regexp.Regexp
	more  []string // chapters beyond the reference's
}{
	{"Opening handshake", openingMutants, everything, framesBeyond},
	{"Frames", framingMutants, uncompressed, framesBeyond},
	{"Pings and pongs", pingMutants, uncompressed, framesBeyond},
	{"Reserved bits and opcodes", reservedMutants, uncompressed, framesBeyond},
	{"Fragmentation", fragmentMutants, uncompressed, framesBeyond},
	{"Text", textMutants, uncompressed, framesBeyond},
	{"Closing", closeMutants, uncompressed, framesBeyond},
	{"Compression", deflateMutants, everything, deflateBeyond},
}

// Mutants play chapters 1 to 7 and 10, and of the chapters with many or long messages
// the shortest of each kind. Those of chapters 12 and 13 are played by mutants that
// compress.
var (
	uncompressed = regexp.MustCompile(`^([1-7]|10)\.|^9\.[12]\.[12]$|^9\.[78]\.[1-3]$`)
	everything   = regexp.MustCompile(uncompressed.String() + `|^1[23]\.\d\.[16]$|^1[23]\.1\.11$`)
)

// Beyond the reference's cases they play what is about frames, and about compression if that
// has to do with it. What takes a real socket, or much memory, is left out, and section 16.3,
// for the masking keys of a mutant are always the same.
var (
	framesBeyond  = []string{"16.1.", "16.2.", "16.4.", "17.", "18."}
	deflateBeyond = slices.Concat(framesBeyond, []string{"20.1.", "20.2.", "20.3.", "20.4."})
)

// mutantEchoes is how many messages of an Echo they get.
const mutantEchoes = 4

// selected are the cases whose ids match.
func selected(ids *regexp.Regexp) (list []cases.Case) {
	for _, c := range cases.Catalogue {
		if !ids.MatchString(string(c.ID)) {
			continue
		}
		list = append(list, withMessages(c, mutantEchoes))
	}
	return list
}

// withMessages is c with so many messages of an Echo at most.
func withMessages(c cases.Case, messages int) cases.Case {
	if e, ok := c.Script[0].(cases.Echo); ok && e.Count > messages {
		e.Count = messages
		c.Script, c.Accept = cases.Script{e}, cases.Exactly(cases.Echoed{Count: e.Count})
	}
	return c
}

// A fate is what became of a mutant in one role.
type fate struct {
	failed []cases.ID // the case fails
	lower  []cases.ID // it does not, and is graded less than OK
	strict []cases.ID // it fails under the profile strict only
	beyond []cases.ID // a case beyond the reference's fails
}

// further are the cases of chapters for peers of that role.
func further(role int, chapters []string) []cases.Case {
	return without(beyond(map[int]cases.Role{aServer: cases.Server, aClient: cases.Client}[role], chapters...), overTCP)
}

// meet plays list, and more beyond the reference's cases, with a mutant.
func (m mutant) meet(t *testing.T, role int, list, more []cases.Case) (f fate) {
	t.Helper()
	for i, p := range m.play(t, role, list) {
		honest := cases.OK
		if p.Case.Ending.Grade != "" {
			honest = p.Case.Ending.Grade
		}
		switch {
		case p.Result.Headline != "":
			f.failed = append(f.failed, p.Case.ID)
		case p.Result.Verdict != honest || p.Result.CloseVerdict != honest:
			f.lower = append(f.lower, p.Case.ID)
		}
		if p.Result.Headline == "" && cases.Strict.Judge(list[i], p.Observation).Headline != "" {
			f.strict = append(f.strict, p.Case.ID)
		}
	}
	for _, p := range m.play(t, role, more) {
		if p.Result.Headline != "" {
			f.beyond = append(f.beyond, p.Case.ID)
		}
	}
	return f
}

// play plays list with a mutant.
func (m mutant) play(t *testing.T, role int, list []cases.Case) []fuzzer.Played {
	t.Helper()
	play, params := testServer, cases.DeflateParams{}
	if role == aClient {
		play, params.ClientMaxWindowBits = playClientTurns, cases.AnyWindow
	}
	played := play(t, func() *rawPeer {
		p := m.peer
		p.key = func() [4]byte { return [4]byte{1, 2, 3, 4} } // so that each is wrong in the same way every time
		if !m.declines {
			p.params = &params
		}
		return &p
	}, list)
	if len(played) != len(list) {
		t.Fatalf("played %d cases, want %d", len(played), len(list))
	}
	return played
}

// Each mutant fails exactly the cases that the page says: those that are there for its
// fault, and those that need what it gets wrong.
func TestMutantsAreKilledByTheCasesThatThePageSays(t *testing.T) {
	fates := make(map[string]*[2]fate)
	n := 0
	t.Run("all", func(t *testing.T) {
		for _, group := range mutants {
			list := selected(group.plays)
			for _, m := range group.list {
				both := new([2]fate)
				fates[m.name] = both
				if n++; raceDetector && n%10 != 0 { // it would find nothing new in the others
					continue
				}
				t.Run(m.name, func(t *testing.T) {
					t.Parallel()
					for i, role := range []int{aServer, aClient} {
						if m.role == 0 || m.role == role {
							both[i] = m.meet(t, role, list, further(role, group.more))
						}
					}
					if caught := len(both[0].failed)+len(both[1].failed) > 0; caught == (m.lives != "") {
						t.Errorf("caught %t, but is said to live because %q", caught, m.lives)
					}
				})
			}
		}
	})
	if !raceDetector && !t.Failed() || *update {
		comparePage(t, table(fates))
	}
}

// The page about mutants has the table between these lines.
const (
	tableBegins = "<!-- The table is written by go test ./fuzzer -run Mutants -update -->\n"
	tableEnds   = "<!-- End of the table -->\n"
)

func comparePage(t *testing.T, table string) {
	t.Helper()
	path := filepath.Join("..", "docs", "mutants.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, begins := bytes.Cut(page, []byte(tableBegins))
	_, tail, ends := bytes.Cut(rest, []byte(tableEnds))
	if !begins || !ends {
		t.Fatalf("%s has no lines %q and %q", path, tableBegins, tableEnds)
	}
	want := slices.Concat(head, []byte(tableBegins+table+tableEnds), tail)
	if *update {
		if err := os.WriteFile(path, want, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(page)); diff != "" {
		t.Errorf("%s differs (-want +got); if that is meant, run go test ./fuzzer -run Mutants -update:\n%s", path, diff)
	}
}

// table is the table in Markdown.
func table(fates map[string]*[2]fate) string {
	var s strings.Builder
	for _, group := range mutants {
		list := selected(group.plays)
		fmt.Fprintf(&s, "\n### %s\n\n| the peer … | clause | as | fails | graded lower | fails under `strict` only | fails in chapters 16 to 20 |\n|---|---|---|---|---|---|---|\n", group.title)
		for _, m := range group.list {
			f := fates[m.name]
			server, client := f[0].cells(list, further(aServer, group.more), m.lives), f[1].cells(list, further(aClient, group.more), m.lives)
			switch {
			case m.role == 0 && server == client:
				fmt.Fprintf(&s, "| %s | %s | both | %s |\n", m.name, m.clause, server)
			default:
				if m.role != aClient {
					fmt.Fprintf(&s, "| %s | %s | server | %s |\n", m.name, m.clause, server)
				}
				if m.role != aServer {
					fmt.Fprintf(&s, "| %s | %s | client | %s |\n", m.name, m.clause, client)
				}
			}
		}
	}
	return s.String()
}

// cells are the last four columns.
func (f fate) cells(list, more []cases.Case, lives string) string {
	failed := folded(f.failed, list)
	if len(f.failed) == 0 && lives != "" {
		failed = "none: " + lives
	} else if len(f.failed) == 0 {
		failed = "none"
	}
	return fmt.Sprintf("%s | %s | %s | %s", failed, folded(f.lower, list), folded(f.strict, list), folded(f.beyond, more))
}

// folded is ids in short: "1.*, 6.12.*, 7.9.1–7.9.4", where a * or a dash is about the
// cases of list.
func folded(ids []cases.ID, list []cases.Case) string {
	if len(ids) == len(list) {
		return "all"
	}
	in := func(id cases.ID) bool { return slices.Contains(ids, id) }
	var parts []string
	for i := 0; i < len(list); {
		if !in(list[i].ID) {
			i++
			continue
		}
		name, n := foldedAt(list[i:], in)
		parts = append(parts, name)
		i += n
	}
	return strings.Join(parts, ", ")
}

// foldedAt is the first of list in short, with as many as can be said with it: its whole
// chapter, its whole section, or those that follow it there.
func foldedAt(list []cases.Case, in func(cases.ID) bool) (name string, n int) {
	first := string(list[0].ID)
	for at := 0; ; {
		dot := strings.IndexByte(first[at:], '.')
		if dot < 0 {
			break
		}
		at += dot + 1
		n, all := 0, true
		for n < len(list) && strings.HasPrefix(string(list[n].ID), first[:at]) {
			all = all && in(list[n].ID)
			n++
		}
		if begins := strings.HasSuffix(first, ".1") && strings.Trim(first[at:], ".1") == ""; all && begins && n > 1 {
			return first[:at] + "*", n
		}
	}
	section := first[:strings.LastIndexByte(first, '.')+1]
	for n = 1; n < len(list) && in(list[n].ID) && strings.HasPrefix(string(list[n].ID), section); n++ {
	}
	if n < 3 {
		return first, 1
	}
	return first + "–" + string(list[n-1].ID), n
}
