package report

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"gobahn/cases"
)

// An Outcome is what became of one case with one agent, as far as runs are compared.
type Outcome struct {
	Agent     string
	Case      cases.ID
	Behaviour cases.Verdict
	Close     cases.Verdict  // of the ending
	CloseCode *uint16        // the peer's; nil: none
	Duration  cases.Duration // of an index.json in whole milliseconds
	Headline  string         // what the peer did wrong; empty: nothing, or the file does not say

	sent *int // the code of the close frame that the case is about; nil: it is not
}

// Outcomes are those of a run, or of several runs in one report.
type Outcomes struct {
	Source string   // the file they come from; empty: a run of this process
	Agents []string // in the order they come
	Notes  []string // what else there is to say of them, one line each

	of  map[key]Outcome
	ids map[string][]cases.ID // of each agent
}

// Of is the outcome of a case with an agent, if there is one.
func (o *Outcomes) Of(agent string, id cases.ID) (Outcome, bool) {
	one, ok := o.of[key{agent, id}]
	return one, ok
}

// add adds one, in the place of an earlier one of the same case.
func (o *Outcomes) add(one Outcome) {
	if !slices.Contains(o.Agents, one.Agent) {
		o.Agents = append(o.Agents, one.Agent)
	}
	if o.of == nil {
		o.of, o.ids = make(map[key]Outcome), make(map[string][]cases.ID)
	}
	k := key{one.Agent, one.Case}
	if _, again := o.of[k]; !again {
		o.ids[one.Agent] = append(o.ids[one.Agent], one.Case)
	}
	o.of[k] = one
}

// ReadOutcomes reads the outcomes at path: an index.json of ours or of the reference,
// a results.json or results.jsonl, or a directory with one of them. Its errors name
// the file, the place and what was expected there.
func ReadOutcomes(path string) (*Outcomes, error) {
	path, err := outcomesIn(path)
	if err != nil {
		return nil, err
	}
	results, err := holdsResults(path)
	if err != nil {
		return nil, err
	}
	o := &Outcomes{Source: path}
	if results {
		_, err = Read(path, func(r Record) error {
			o.add(outcomeOf(r))
			return nil
		})
	} else {
		err = o.readIndexFile()
	}
	switch {
	case err != nil:
		return nil, err
	case len(o.of) == 0:
		return nil, fmt.Errorf("%s: there is no case in it", path)
	}
	return o, nil
}

// outcomeOf is what is compared of r.
func outcomeOf(r Record) Outcome {
	return Outcome{
		Agent: r.Agent, Case: r.Case.ID,
		Behaviour: r.Result.Verdict, Close: r.Result.CloseVerdict,
		CloseCode: r.Observation.Closing.RemoteCode, Duration: r.Observation.Duration,
		Headline: r.Result.Headline, sent: codeSent(r.Case),
	}
}

// outcomesIn is the file with outcomes that path stands for, as in resultsIn.
func outcomesIn(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return path, err
	}
	if file, err := firstIn(path, journalName, resultsJSON, indexJSON); file != "" {
		return file, err
	}
	return "", fmt.Errorf("%s: there is none of %s, %s and %s: want the directory of a report", path, resultsJSON, journalName, indexJSON)
}

// holdsResults reports whether a file is one of ours with results rather than an
// index.json: it begins with {"format": "…, where that begins with an agent.
func holdsResults(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	for _, want := range []any{json.Delim('{'), "format"} {
		if token, err := dec.Token(); err != nil || token != want {
			return false, nil // what is wrong is for the reader of an index to say
		}
	}
	token, err := dec.Token()
	_, text := token.(string)
	return err == nil && text, nil
}
