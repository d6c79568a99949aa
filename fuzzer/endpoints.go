package fuzzer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gobahn/cases"
	"gobahn/wire"
)

// An endpoint answers a client that has asked to open a WebSocket. The error of
// a hook ends the server; a requestError refuses the client.
type endpoint func(s *Server, ctx context.Context, nc net.Conn, r request, query url.Values) error

// The endpoints of the reference, by path.
var endpoints = map[string]endpoint{
	"/getCaseCount":  (*Server).getCaseCount,
	"/runCase":       (*Server).runCase,
	"/updateReports": (*Server).updateReports,
}

// A requestError is a request that makes no sense. As in the reference, the
// opening handshake fails with a server error.
type requestError string

func (e requestError) Error() string { return string(e) }

// route serves a connection whose request has been read.
func (s *Server) route(ctx context.Context, nc net.Conn, r request) error {
	refuse := func(status int, text string, fields ...wire.Field) error {
		refuseRequest(nc, status, text, fields...)
		nc.Close()
		return nil
	}
	if method, _, err := r.head.Request(); err == nil && method == "GET" && r.head.Get("Upgrade") == "" {
		return refuse(http.StatusOK, page)
	}
	switch err := wire.CheckRequest(r.head); {
	case errors.Is(err, wire.ErrVersion):
		return refuse(http.StatusUpgradeRequired, err.Error(), wire.Field{Name: "Sec-WebSocket-Version", Value: "13"})
	case err != nil:
		return refuse(http.StatusBadRequest, err.Error())
	}
	_, target, _ := r.head.Request()
	path, query, err := parseTarget(target)
	if err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	serve, ok := endpoints[path]
	if !ok {
		return refuse(http.StatusNotFound, "no such endpoint: "+path)
	}
	err = serve(s, ctx, nc, r, query)
	var bad requestError
	if errors.As(err, &bad) {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	return err
}

// parseTarget takes path and query of a request apart.
func parseTarget(target string) (path string, query url.Values, err error) {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return "", nil, fmt.Errorf("request target: %w", err)
	}
	query, err = url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", nil, fmt.Errorf("query of the request: %w", err)
	}
	return u.Path, query, nil
}

// getCaseCount sends the number of cases as a text message and closes.
func (s *Server) getCaseCount(ctx context.Context, nc net.Conn, r request, _ url.Values) error {
	count := strconv.Itoa(len(s.Cases))
	return s.play(ctx, nc, r, control("getCaseCount", cases.Text(count)), nil)
}

// runCase plays the case with the number, or the id (casetuple), asked for.
func (s *Server) runCase(ctx context.Context, nc net.Conn, r request, query url.Values) error {
	number, err := s.caseNumber(query)
	if err != nil {
		return err
	}
	agent, err := agentName(query)
	if err != nil {
		return err
	}
	played := Played{Agent: agent, Peer: nc.RemoteAddr().String(), Number: number, Case: s.Cases[number-1]}
	if s.OnStart != nil {
		s.OnStart(played)
	}
	end := s.flights.begin(agent)
	return s.play(ctx, nc, r, played.Case, func(o cases.Observation) error {
		defer end()
		played.Observation = o
		played.Result = cases.Judge(played.Case, o)
		if s.OnResult == nil || ctx.Err() != nil {
			return nil
		}
		return s.OnResult(played)
	})
}

// updateReports writes the reports, then closes.
func (s *Server) updateReports(ctx context.Context, nc net.Conn, r request, query url.Values) error {
	agent, err := agentName(query)
	if err != nil {
		return err
	}
	s.flights.wait(ctx, s.clock(), agent, landingTime)
	if s.OnUpdate != nil {
		if err := s.OnUpdate(agent); err != nil {
			nc.Close()
			return err
		}
	}
	return s.play(ctx, nc, r, control("updateReports"), nil)
}

// landingTime is how long /updateReports waits for cases that are being played.
const landingTime = 500 * time.Millisecond

// control is a conversation that is no test: it sends some frames, then closes.
func control(id cases.ID, frames ...cases.Step) cases.Case {
	return cases.Case{
		ID:     id,
		Script: append(frames, cases.SendClose{Payload: cases.Close(cases.CodeNormal, "")}),
		Accept: cases.Silence,
		Limit:  cases.CloseAfter(cases.Duration(5 * time.Second)),
	}
}

// caseNumber is the number of the case a client asks for, from 1.
func (s *Server) caseNumber(query url.Values) (int, error) {
	if query.Has("case") {
		n, err := strconv.Atoi(query.Get("case"))
		if err != nil || n < 1 || n > len(s.Cases) {
			return 0, requestError(fmt.Sprintf("no case %q: want a number from 1 to %d", query.Get("case"), len(s.Cases)))
		}
		return n, nil
	}
	if !query.Has("casetuple") {
		return 0, requestError("no case: want ?case=NUMBER or ?casetuple=ID")
	}
	for i, c := range s.Cases {
		if string(c.ID) == query.Get("casetuple") {
			return i + 1, nil
		}
	}
	return 0, requestError(fmt.Sprintf("no case %q among those of this run", query.Get("casetuple")))
}

// agentName is the name the client gives itself.
func agentName(query url.Values) (string, error) {
	if names := query["agent"]; len(names) != 1 || names[0] == "" {
		return "", requestError("want ?agent=NAME once")
	}
	return query.Get("agent"), nil
}

// refuseRequest answers a request without opening a WebSocket.
func refuseRequest(nc net.Conn, status int, text string, fields ...wire.Field) {
	h := wire.Head{Line: fmt.Sprintf("HTTP/1.1 %d %s", status, http.StatusText(status)), Fields: fields}
	kind := "text/plain; charset=utf-8"
	if status == http.StatusOK {
		kind = "text/html; charset=utf-8"
	}
	h.Add("Content-Type", kind)
	h.Add("Content-Length", strconv.Itoa(len(text)))
	h.Add("Connection", "close")
	nc.SetWriteDeadline(time.Now().Add(time.Second))
	nc.Write(append(h.Append(nil), text...))
}

// page is what a browser sees that opens the WebSocket port.
const page = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Gobahn</title></head>
<body><h1>Gobahn</h1>
<p>This is the fuzzing server: a WebSocket client that echoes what it receives is tested here.</p>
<ul>
<li><code>/getCaseCount</code> says how many cases there are.</li>
<li><code>/runCase?case=NUMBER&amp;agent=NAME</code> plays one.</li>
<li><code>/updateReports?agent=NAME</code> writes the reports.</li>
</ul></body></html>
`
