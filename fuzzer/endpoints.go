package fuzzer

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"gobahn/cases"
)

// An endpoint says what is played with a client that has asked for it. An error
// refuses the client.
type endpoint func(v *visit, query url.Values) (cases.Case, error)

// The endpoints of the reference, by path.
var endpoints = map[string]endpoint{
	"/getCaseCount":  (*visit).getCaseCount,
	"/runCase":       (*visit).runCase,
	"/updateReports": (*visit).updateReports,
}

// getCaseCount sends the number of cases as a text message and closes.
func (v *visit) getCaseCount(url.Values) (cases.Case, error) {
	return control("getCaseCount", cases.Text(strconv.Itoa(len(v.server.Cases)))), nil
}

// runCase plays the case with the number, or the id (casetuple), asked for.
func (v *visit) runCase(query url.Values) (cases.Case, error) {
	s := v.server
	number, err := s.caseNumber(query)
	if err != nil {
		return cases.Case{}, err
	}
	agent, err := agentName(query)
	if err == nil {
		err = s.roster.admit(agent)
	}
	if err != nil {
		return cases.Case{}, err
	}
	played := Played{Agent: agent, Peer: v.peer, Number: number, Case: s.Cases[number-1]}
	if s.OnStart != nil {
		s.OnStart(played)
	}
	end := s.flights.begin(agent)
	v.landed = func(o cases.Observation) error {
		defer end()
		if s.OnResult == nil || v.ctx.Err() != nil {
			return nil
		}
		played.Observation, played.Result = o, cases.Judge(played.Case, o)
		return s.OnResult(played)
	}
	return played.Case, nil
}

// updateReports writes the reports, then closes.
func (v *visit) updateReports(query url.Values) (cases.Case, error) {
	agent, err := agentName(query)
	if err != nil {
		return cases.Case{}, err
	}
	s := v.server
	s.flights.wait(v.ctx, agent, landingTime)
	if s.OnUpdate != nil {
		if v.err = s.OnUpdate(agent); v.err != nil {
			return cases.Case{}, v.err
		}
	}
	return control("updateReports"), nil
}

// landingTime is how long /updateReports waits for cases that are being played.
const landingTime = 500 * time.Millisecond

// control is a conversation that is no test: it sends some frames, then closes.
func control(id cases.ID, frames ...cases.Step) cases.Case {
	return cases.Case{
		ID:     id,
		Script: append(frames, cases.SendClose{Payload: cases.Close(cases.CodeNormal, "")}),
		Accept: cases.Silence,
		Limit:  cases.CloseAfter(5 * cases.Second),
	}
}

// caseNumber is the number of the case a client asks for, from 1.
func (s *Server) caseNumber(query url.Values) (int, error) {
	if query.Has("case") {
		n, err := strconv.Atoi(query.Get("case"))
		if err != nil || n < 1 || n > len(s.Cases) {
			return 0, fmt.Errorf("no case %q: want a number from 1 to %d", query.Get("case"), len(s.Cases))
		}
		return n, nil
	}
	if !query.Has("casetuple") {
		return 0, fmt.Errorf("no case: want ?case=NUMBER or ?casetuple=ID")
	}
	for i, c := range s.Cases {
		if string(c.ID) == query.Get("casetuple") {
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("no case %q among those of this run", query.Get("casetuple"))
}

// agentName is the name the client gives itself.
func agentName(query url.Values) (string, error) {
	if names := query["agent"]; len(names) != 1 || names[0] == "" {
		return "", fmt.Errorf("want ?agent=NAME once")
	}
	return query.Get("agent"), nil
}
