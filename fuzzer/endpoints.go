package fuzzer

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// An endpoint says what is played with a client that has asked for it. An error
// refuses the client.
type endpoint func(v *visit, query url.Values) (plan, error)

// The endpoints of the reference, by path.
var endpoints = map[string]endpoint{
	"/getCaseCount":  (*visit).getCaseCount,
	"/getCaseInfo":   (*visit).getCaseInfo,
	"/getCaseStatus": (*visit).getCaseStatus,
	"/runCase":       (*visit).runCase,
	"/updateReports": (*visit).updateReports,
	"/stopServer":    (*visit).stopServer,
}

// getCaseCount sends the number of cases as a text message and closes.
func (v *visit) getCaseCount(query url.Values) (plan, error) {
	turns, _ := v.server.offered(query)
	return say("getCaseCount", strconv.Itoa(len(turns))), nil
}

// getCaseInfo sends what a case is.
func (v *visit) getCaseInfo(query url.Values) (plan, error) {
	_, one, err := v.server.turn(query)
	if err != nil {
		return plan{}, err
	}
	c := one.c
	return say("getCaseInfo", fmt.Sprintf(`{"id": %s, "description": %s}`, quoted(string(c.ID)), quoted(c.Description))), nil
}

// getCaseStatus sends the verdict of a case when there is one. A client may ask
// before it has the case played.
func (v *visit) getCaseStatus(query url.Values) (plan, error) {
	_, one, err := v.server.turn(query)
	if err != nil {
		return plan{}, err
	}
	agent, err := agentName(query)
	if err != nil {
		return plan{}, err
	}
	verdict, leave := v.server.results.wait(agent, one.whole.ID)
	later := make(chan cases.Script, 1)
	ctx, stop := context.WithCancel(v.ctx)
	v.server.visits.Go(func() {
		defer leave()
		select {
		case one := <-verdict:
			later <- sayAndClose(fmt.Sprintf(`{"behavior": %s}`, quoted(string(one))))
		case <-ctx.Done():
		}
	})
	v.left = stop
	return plan{c: cases.Case{ID: "getCaseStatus", Limit: idleLimit}, control: &conversation{later: later}}, nil
}

// idleLimit is how long a client may wait, or say nothing.
var idleLimit = cases.CloseAfter(cases.Duration(time.Hour))

// runCase plays the case with the number, or the id (casetuple), asked for.
func (v *visit) runCase(query url.Values) (plan, error) {
	s := v.server
	number, one, err := s.turn(query)
	if err != nil {
		return plan{}, err
	}
	agent, err := agentName(query)
	if err == nil {
		err = s.roster.admit(agent)
	}
	if err != nil {
		return plan{}, err
	}
	played := Played{Agent: agent, Peer: v.peer, Number: number, Case: one.whole}
	if s.Skip != nil && s.Skip(agent, played.Case.ID) {
		if s.OnSkip != nil {
			s.OnSkip(played)
		}
		return control("skipped", cases.Script{hangUpNormally}), nil
	}
	if missing := s.declared().lacks(one.whole.Needs); missing != nil {
		played.More = one.part < len(one.whole.Variants)-1
		return v.undeclared(played, missing)
	}
	most := one.c.Limit.Attempts
	if most > 0 && s.tables.again(agent, one) > most+1 { // that is known by now
		return plan{}, refusal{status: http.StatusLoopDetected, text: "you have been here too often"}
	}
	ticket, err := s.flights.begin(v.ctx, agent)
	if err != nil {
		return plan{}, err
	}
	if s.OnStart != nil {
		s.OnStart(played)
	}
	watched := func() *cases.Memory { return nil }
	if one.c.WatchesMemory() {
		watched = s.declared().memory()
	}
	v.landed = func(o cases.Observation, capture *wire.Capture) error {
		ticket.played()
		defer ticket.written()
		o.Memory = watched()
		if most > 0 {
			o.Attempts = s.tables.inRow(agent, one)
		}
		if v.ctx.Err() != nil && !o.Closing.WasClean { // it may be our stop that ended it
			return nil
		}
		return s.landed(played, one, o, capture)
	}
	return plan{c: one.c}, nil
}

// landed passes on what came of a turn. The variants of a case follow each other, for the
// last counts.
func (s *Server) landed(played Played, one turn, o cases.Observation, capture *wire.Capture) error {
	if len(one.whole.Variants) > 0 {
		s.tables.order.Lock()
		defer s.tables.order.Unlock()
	}
	o, played.More = s.tables.add(played.Agent, one, o)
	played.Observation, played.Result, played.Capture = o, s.Profile.Judge(played.Case, o), capture
	played.Case = played.Case.Under(s.Profile, o.Server)
	if !played.More {
		defer s.results.add(played.Agent, played.Case.ID, played.Result.Verdict)
	}
	if s.OnResult == nil {
		return nil
	}
	return s.OnResult(played)
}

// undeclared is a case that is not played, since the user has not said what it takes.
func (v *visit) undeclared(played Played, missing []cases.Need) (plan, error) {
	s := v.server
	played.Observation = cases.Observation{Server: true, Seed: s.Seed, Missing: missing}
	played.Result = s.Profile.Judge(played.Case, played.Observation)
	if !played.More {
		s.results.add(played.Agent, played.Case.ID, played.Result.Verdict)
	}
	if s.OnResult != nil {
		if v.err = s.OnResult(played); v.err != nil {
			return plan{}, v.err
		}
	}
	return control("undeclared", cases.Script{hangUpNormally}), nil
}

// updateReports writes the reports, then closes. It may stop the server.
func (v *visit) updateReports(query url.Values) (plan, error) {
	agent, err := agentName(query)
	if err == nil {
		err = v.server.authorise(query)
	}
	if err != nil {
		return plan{}, err
	}
	s := v.server
	stop := !s.NoStop && slices.Contains([]string{"true", "yes", "1"}, strings.ToLower(query.Get("shutdownOnComplete")))
	s.flights.wait(v.ctx, agent, landingTime)
	if s.OnUpdate != nil {
		if v.err = s.OnUpdate(Update{Agent: agent, Peer: v.peer, Stop: stop}); v.err != nil {
			return plan{}, v.err
		}
	}
	if stop {
		v.left = v.stop
	}
	return control("updateReports", cases.Script{hangUpNormally}), nil
}

// stopServer stops the server when the connection has ended.
func (v *visit) stopServer(query url.Values) (plan, error) {
	if err := v.server.authorise(query); err != nil {
		return plan{}, err
	}
	if v.server.NoStop {
		return plan{}, refusal{status: http.StatusForbidden, text: "clients cannot stop this server"}
	}
	v.left = v.stop
	return control("stopServer", cases.Script{hangUpNormally}), nil
}

// authorise refuses a client that does not know the token.
func (s *Server) authorise(query url.Values) error {
	if subtle.ConstantTimeCompare([]byte(query.Get("token")), []byte(s.Token)) == 1 || s.Token == "" {
		return nil
	}
	return refusal{status: http.StatusForbidden, text: "this needs the right ?token="}
}

// direct has the client say what we send.
func (v *visit) direct() (plan, error) {
	if v.server.OnDirect != nil {
		v.server.OnDirect(v.peer)
	}
	return plan{c: cases.Case{ID: "direct", Limit: idleLimit}, control: directCommands()}, nil
}

// landingTime is how long /updateReports waits for cases that are being played.
const landingTime = 500 * time.Millisecond

// control is a conversation that is no test: it sends some frames, then closes.
func control(id cases.ID, script cases.Script) plan {
	return plan{
		c:       cases.Case{ID: id, Script: script, Limit: cases.CloseAfter(5 * cases.Second)},
		control: &conversation{},
	}
}

// say is a conversation of one text message.
func say(id cases.ID, text string) plan { return control(id, sayAndClose(text)) }

func sayAndClose(text string) cases.Script {
	return cases.Script{cases.Text(text), hangUpNormally}
}

// hangUpNormally starts the closing handshake as usual.
var hangUpNormally = cases.SendClose{Payload: cases.Close(cases.CodeNormal, "")}

// quoted is s as a JSON string, with markup left as it is.
func quoted(s string) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string can be encoded, and a Builder takes it
	return strings.TrimSuffix(out.String(), "\n")
}

// turn is what a client asks for, and its number, from 1.
func (s *Server) turn(query url.Values) (int, turn, error) {
	turns, first := s.offered(query)
	if query.Has("case") {
		n, err := strconv.Atoi(query.Get("case"))
		if err != nil || n < 1 || n > len(turns) {
			return 0, turn{}, fmt.Errorf("no case %q: want a number from 1 to %d", query.Get("case"), len(turns))
		}
		return first + n - 1, turns[n-1], nil
	}
	if !query.Has("casetuple") {
		return 0, turn{}, fmt.Errorf("no case: want ?case=NUMBER or ?casetuple=ID")
	}
	id := query.Get("casetuple")
	for _, turns := range s.turns {
		for i, one := range turns {
			if string(one.c.ID) == id || string(one.whole.ID) == id && one.part == 0 {
				return i + 1, one, nil
			}
		}
	}
	return 0, turn{}, fmt.Errorf("no case %q among those of this run", id)
}

// agentName is the name the client gives itself.
func agentName(query url.Values) (string, error) {
	if names := query["agent"]; len(names) != 1 || names[0] == "" {
		return "", fmt.Errorf("want ?agent=NAME once")
	}
	return query.Get("agent"), nil
}
