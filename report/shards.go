package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gobahn/cases"
)

// A part is a run of one of the reports that are merged.
type part struct {
	Run
	path         string
	agents       map[string]bool  // that it was played with
	index, count int              // which shard of how many; 0, 0: it is none
	whole        map[cases.ID]int // numbers in the run that it was joined to; nil: it was not
}

func newPart(path string, run Run) (*part, error) {
	p := &part{Run: run, path: path, agents: make(map[string]bool)}
	if run.Shard == "" {
		return p, nil
	}
	if _, err := fmt.Sscanf(run.Shard+"\n", "%d/%d\n", &p.index, &p.count); err != nil || p.index < 1 || p.index > p.count {
		return nil, fmt.Errorf(`%s: "shard" is %q: want i/n, such as 2/5`, path, run.Shard)
	}
	return p, nil
}

// owner is the run that has a case under a number.
func (in *mergeInput) owner(id cases.ID, number int) *part {
	for _, p := range in.parts {
		if number >= 1 && number <= len(p.Cases) && p.Cases[number-1] == id {
			return p
		}
	}
	return nil
}

// A family is what the shards of one run have in common.
type family struct {
	product, profile string
	seed             uint64
	server           bool
	count            int
	agents           string // sorted
}

func (p *part) family() family {
	return family{p.Product, p.Profile, p.Seed, p.Server, p.count, strings.Join(slices.Sorted(maps.Keys(p.agents)), "\x00")}
}

// join makes the runs of the merged report: a run of which all shards are there is one,
// all others are as they were, and said to be parts.
func (m *Merge) join() {
	families := make(map[family][]*part)
	for _, in := range m.inputs {
		for _, p := range in.parts {
			if p.Shard != "" {
				families[p.family()] = append(families[p.family()], p)
			}
		}
	}
	for _, in := range m.inputs {
		for _, p := range in.parts {
			if p.Ended.IsZero() {
				m.missing = append(m.missing, p.path+": the run did not end; what it had played is merged")
			}
			shards := families[p.family()]
			delete(families, p.family())
			switch {
			case p.Shard == "":
				m.addRun(p.Run)
			case shards == nil: // done with one of the others
			default:
				m.joinFamily(shards)
			}
		}
	}
	m.unplayed()
}

// joinFamily makes one run of shards, or leaves them as they are.
func (m *Merge) joinFamily(shards []*part) {
	why := apart(shards)
	if why != "" {
		m.missing = append(m.missing, why)
		for _, p := range shards {
			m.addRun(p.Run)
		}
		return
	}
	whole := shards[0].Run
	whole.Shard, whole.Cases, whole.Resumed = "", nil, nil
	for _, p := range shards {
		whole.Cases = append(whole.Cases, p.Cases...)
		for agent, ids := range p.LeftOut {
			for _, id := range ids {
				whole.leaveOut(agent, id)
			}
		}
		if p.Started.Before(whole.Started) {
			whole.Started = p.Started
		}
		whole.Ended = later(whole.Ended, p.Ended)
		whole.Resumed = append(whole.Resumed, p.Resumed...)
	}
	slices.SortFunc(whole.Cases, compareIDs)
	whole.Cases = slices.Compact(whole.Cases)
	numbers := make(map[cases.ID]int)
	for i, id := range whole.Cases {
		numbers[id] = i + 1
	}
	for _, p := range shards {
		p.whole = numbers
	}
	m.addRun(whole)
}

// later is the later of two ends, or none if there was one that never came.
func later(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && b.After(a) {
		return b
	}
	return a
}

// apart says why shards are not all of one run; empty: they are.
func apart(shards []*part) string {
	have := make(map[int]bool)
	in := make(map[cases.ID]*part)
	for _, p := range shards {
		have[p.index] = true
		for _, id := range p.Cases {
			if other := in[id]; other != nil && other.index != p.index {
				return fmt.Sprintf("shard %s in %s and shard %s in %s both have case %s: they are not parts of one run",
					other.Shard, other.path, p.Shard, p.path, id)
			}
			in[id] = p
		}
	}
	var missing, there []string
	for i := 1; i <= shards[0].count && len(missing) < 10; i++ {
		if !have[i] {
			missing = append(missing, fmt.Sprintf("%d/%d", i, shards[0].count))
		}
	}
	if missing == nil {
		return ""
	}
	for _, p := range shards {
		there = append(there, fmt.Sprintf("%s in %s", p.Shard, p.path))
	}
	return fmt.Sprintf("no shard %s of the run with %s, there is only %s",
		strings.Join(missing, ", "), named(shards[0].agents), strings.Join(there, ", "))
}

// named lists agents.
func named(agents map[string]bool) string {
	var list []string
	for _, agent := range slices.Sorted(maps.Keys(agents)) {
		list = append(list, fmt.Sprintf("%.80q", agent))
	}
	if len(list) == 0 {
		return "no agent"
	}
	return strings.Join(list, ", ")
}

// addRun adds a run to the merged report, once.
func (m *Merge) addRun(run Run) {
	same := func(r Run) bool {
		return r.Product == run.Product && r.Profile == run.Profile && r.Seed == run.Seed && r.Server == run.Server &&
			r.Shard == run.Shard && r.Started.Equal(run.Started) && r.Ended.Equal(run.Ended) && slices.Equal(r.Cases, run.Cases)
	}
	if !slices.ContainsFunc(m.runs, same) {
		m.runs = append(m.runs, run)
	}
}

// unplayed notes the cases that were to be played and were not, agent by agent.
func (m *Merge) unplayed() {
	planned := make(map[string]map[cases.ID]bool)
	for _, in := range m.inputs {
		for _, p := range in.parts {
			for agent := range p.agents {
				if planned[agent] == nil {
					planned[agent] = make(map[cases.ID]bool)
				}
				for _, id := range p.Cases {
					if !p.leaves(agent, id) {
						planned[agent][id] = true
					}
				}
			}
		}
	}
	for _, agent := range slices.Sorted(maps.Keys(planned)) {
		var absent []cases.ID
		for id := range planned[agent] {
			if _, ok := m.chosen[key{agent, id}]; !ok {
				absent = append(absent, id)
			}
		}
		if len(absent) > 0 {
			slices.SortFunc(absent, compareIDs)
			m.notes = append(m.notes, fmt.Sprintf("agent %.80q: %d of %s not played, the first is %s",
				agent, len(absent), count(len(planned[agent]), "case"), absent[0]))
		}
	}
}
