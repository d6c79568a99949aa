package fuzzer

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gobahn/cases"
)

// A turn is what a client plays on one connection: a case, or one of its variants.
type turn struct {
	whole cases.Case
	part  int        // which of its variants, from 0
	c     cases.Case // what is played
}

// handshakeSet is the name of the set of cases in which the client may have to refuse
// the opening handshake. They have numbers of their own, so that drivers that do not
// expect it are not asked to.
const handshakeSet = "handshake"

// shifted is path without what says which turns are offered, for drivers that only know
// endpoints below a URL: /handshake/getCaseCount is about that set, and what is below
// /from/17 leaves out the first sixteen. Query gets what it says.
func shifted(path string, query url.Values) string {
	if rest, ok := strings.CutPrefix(path, "/"+handshakeSet+"/"); ok {
		query.Set("set", handshakeSet)
		path = "/" + rest
	}
	if rest, ok := strings.CutPrefix(path, "/from/"); ok {
		if number, rest, ok := strings.Cut(rest, "/"); ok {
			query.Set("from", number)
			path = "/" + rest
		}
	}
	return path
}

// offered are the turns that are offered, and the number of the first.
func (s *Server) offered(query url.Values) (turns []turn, first int) {
	turns = s.turns[query.Get("set")]
	first, err := strconv.Atoi(query.Get("from"))
	if err != nil || first < 1 {
		return turns, 1
	}
	first = min(first, len(turns)+1)
	return turns[first-1:], first
}

// HandshakePath is where the cases are below which a client may have to refuse the
// opening handshake, from the one with that number on.
func HandshakePath(from int) string { return fmt.Sprintf("/%s/from/%d", handshakeSet, from) }

// turnsOf are the turns that it takes to play all of list, in order, by the name of
// their set.
func turnsOf(list []cases.Case) map[string][]turn {
	turns := make(map[string][]turn)
	for _, c := range list {
		set := ""
		if slices.Contains(c.Tags, cases.Handshake) {
			set = handshakeSet
		}
		for i, part := range c.Parts() {
			turns[set] = append(turns[set], turn{c, i, part})
		}
	}
	return turns
}

// Tables keep what happened in the variants of cases until the last has been played. The
// zero value is ready to use.
type tables struct {
	order sync.Mutex // held while a result is passed on

	mu    sync.Mutex
	open  map[resultKey]*cases.Observation
	asked map[resultKey]streak
}

// A streak is how often a client has asked for the same turn in a row.
type streak struct {
	times int
	last  time.Time
}

// inARow is how soon a client comes back that does so by itself: one that comes later has
// been started again.
const inARow = 10 * time.Second

// again is how often in a row an agent has asked for a turn, this time included.
func (t *tables) again(agent string, one turn) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.asked == nil {
		t.asked = make(map[resultKey]streak)
	}
	key := resultKey{agent, one.c.ID}
	a := t.asked[key]
	if time.Since(a.last) > inARow {
		a = streak{}
	}
	a = streak{a.times + 1, time.Now()}
	t.asked[key] = a
	return a.times
}

// inRow is how often in a row an agent has asked for a turn until now. A connection may end
// before the last one does, and what comes of it last must not be less.
func (t *tables) inRow(agent string, one turn) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.asked[resultKey{agent, one.c.ID}].times
}

// maxTables bounds the cases that have begun and not ended, for clients need not come
// back. Those beyond it are reported variant by variant, and the last counts.
const maxTables = 2000

// add is what happened so far in a case of which o is what happened in one variant;
// more says that others are to come. A client may begin with the next before we are done
// with one, so that they come in any order. One that comes again begins the case anew.
func (t *tables) add(agent string, one turn, o cases.Observation) (all cases.Observation, more bool) {
	n := len(one.whole.Variants)
	if n == 0 {
		return o, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := resultKey{agent, one.whole.ID}
	if t.open == nil {
		t.open = make(map[resultKey]*cases.Observation)
	}
	sum := t.open[key]
	if sum == nil || sum.Parts[one.part] != nil {
		sum = &cases.Observation{}
	}
	gather(sum, o, one.part, n)
	more = slices.Contains(sum.Parts, nil)
	if more && (t.open[key] != nil || len(t.open) < maxTables) {
		t.open[key] = sum
	} else {
		delete(t.open, key)
	}
	all = *sum
	all.Parts = make([]*cases.Observation, n)
	for i, of := range sum.Parts {
		if of != nil {
			kept := *of
			all.Parts[i] = &kept
		}
	}
	all.Show(cases.Judge(one.whole, all).Worst)
	return all, more
}
