package fuzzer

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"gobahn/cases"
)

// A caller goes to the URL that it is given, as a client does that is started for it.
type caller func(ctx context.Context, to Invitation)

// called plays a case with a caller, and returns what came of it in the end.
func called(t *testing.T, id cases.ID, one caller) (last Played) {
	t.Helper()
	ln := listen(t)
	var list []cases.Case
	for _, c := range cases.All {
		if c.ID == id {
			list = append(list, c)
		}
	}
	s := &Server{Cases: list, OnResult: func(p Played) error { last = p; return nil }}
	visit := func(ctx context.Context, to Invitation, started func(int)) (string, error) {
		one(ctx, to)
		return "", nil
	}
	if err := (Each{Server: s, Agent: "caller", Visit: visit, Wait: 5 * time.Second}).Serve(t.Context(), ln); err != nil {
		t.Fatal(err)
	}
	return last
}

// echoUntilItEnds sends back what comes until the WebSocket ends.
func echoUntilItEnds(conn *websocket.Conn) {
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil || conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}

// honest opens one WebSocket, at a URL that it understands.
func honest(ctx context.Context, to Invitation) {
	u, err := url.Parse(to.URL)
	if err != nil || u.Fragment != "" || u.User != nil {
		return
	}
	u.Scheme, u.RawQuery = strings.ToLower(u.Scheme), (&url.URL{Path: u.RawQuery}).EscapedPath()
	dialer, fields := websocket.Dialer{}, http.Header{}
	if to.Protocol != "" {
		dialer.Subprotocols = []string{to.Protocol}
	}
	if name, value, ok := strings.Cut(to.Header, ": "); ok {
		fields.Set(name, value)
	}
	if conn, response, err := dialer.DialContext(ctx, u.String(), fields); err == nil {
		echoUntilItEnds(conn)
	} else if response != nil {
		response.Body.Close()
	}
}

// asking sends a request made of the URL as it is, and echoes nothing.
func asking(request func(raw string) string) caller {
	return func(ctx context.Context, to Invitation) { _ = ask(ctx, to.URL, request(to.URL)) }
}

// untold knows of nothing but the URL.
func untold(ctx context.Context, to Invitation) { honest(ctx, Invitation{URL: to.URL}) }

// splitting sends the field and the subprotocol that it is told, as they are.
func splitting(ctx context.Context, to Invitation) {
	switch {
	case to.Protocol != "":
		ask(ctx, to.URL, requestFor("/", "Sec-WebSocket-Protocol: "+to.Protocol+"\r\n"))
	case to.Header != "":
		ask(ctx, to.URL, requestFor("/", to.Header+"\r\n"))
	default:
		honest(ctx, to)
	}
}

// ask sends octets to the server of a URL, and returns what comes first.
func ask(ctx context.Context, raw, octets string) string {
	_, rest, _ := strings.Cut(raw, "://")
	host := rest[:strings.IndexAny(rest+"/", "/?#")]
	host = host[strings.LastIndex(host, "@")+1:]
	nc, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return ""
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	_, _ = nc.Write([]byte(strings.ReplaceAll(octets, "{host}", host)))
	b := make([]byte, 4096)
	n, _ := nc.Read(b)
	return string(b[:n])
}

// requestFor is a request with that target, and further fields.
func requestFor(target, fields string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: " + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef")) + "\r\nSec-WebSocket-Version: 13\r\n" + fields + "\r\n"
}

// behind is what comes behind the host in a URL, as it is.
func behind(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return rest[i:]
	}
	return ""
}

// literal takes the URL as it is: the path is what is written there.
var literal = asking(func(raw string) string { return requestFor(behind(raw), "") })

func TestClientsAreJudgedByWhatTheyMakeOfAURL(t *testing.T) {
	decoded := asking(func(raw string) string {
		plain, _ := url.PathUnescape(behind(raw))
		return requestFor("/"+strings.TrimLeft(plain, "/?"), "")
	})
	userInHost := asking(func(string) string {
		return strings.Replace(requestFor("/", ""), "Host: ", "Host: user:pw@", 1)
	})
	for _, c := range []struct {
		id   cases.ID
		who  string
		call caller
		want cases.Verdict
		says string
	}{
		{"15.1.1", "honest", honest, cases.OK, ""},
		{"15.1.2", "honest", honest, cases.OK, ""},
		{"15.1.2", "literal", literal, cases.Failed, "no path"},
		{"15.1.2", "plain for WSS", asking(func(raw string) string { return requestFor("/x", "") }), cases.Failed, ""},
		{"15.1.11", "honest", honest, cases.NonStrict, "a blank"},
		{"15.1.11", "literal", literal, cases.Failed, ""},
		{"15.1.12", "honest", honest, cases.Informational, "refused"},
		{"15.1.12", "user in Host", userInHost, cases.Failed, "Host is"},
		{"15.1.13", "honest", honest, cases.OK, ""},
		{"15.1.13", "untold", untold, cases.Informational, "was not told of it"},
		{"15.1.13", "splitting", splitting, cases.Failed, "in another way than it should"},
		{"15.1.13", "decoding", decoded, cases.Failed, ""},
		{"15.4.3", "honest", honest, cases.Informational, "refused"},
		{"15.4.3", "following with credentials", redirected(true), cases.Failed, "Authorization to another server"},
		{"15.4.3", "following without", redirected(false), cases.OK, ""},
		{"15.4.5", "trying again", again(2, 0), cases.Informational, "2 times more"},
		{"15.4.5", "trying for ever", again(100, 0), cases.Failed, "more than the 51"},
		{"15.4.7", "honest", honest, cases.Informational, "no other"},
		{"15.4.7", "coming back at once", again(6, 0), cases.NonStrict, "5 times in a row"},
		{"15.4.7", "waiting", again(2, 50*time.Millisecond), cases.Informational, "2 times more"},
		{"15.1.9", "alone", honest, cases.Informational, "no other"},
		{"15.1.9", "together", together, cases.NonStrict, "less than 1s"},
		{"15.1.9", "one after the other", serialised, cases.OK, ""},
	} {
		t.Run(string(c.id)+" "+c.who, func(t *testing.T) {
			t.Parallel()
			got := called(t, c.id, c.call)
			if got.Result.Verdict != c.want || !strings.Contains(got.Result.Says, c.says) {
				t.Errorf("%s: %s, want %s: %q", got.Result.Verdict, got.Result.Says, c.want, c.says)
			}
		})
	}
}

// redirected follows redirects, with its credentials or without.
func redirected(trusting bool) caller {
	return func(ctx context.Context, to Invitation) {
		raw := to.URL
		credentials := "Authorization: Basic dXNlcjpwdw==\r\n"
		answer := ask(ctx, raw, requestFor("/", credentials))
		_, location, _ := strings.Cut(answer, "Location: ")
		location, _, _ = strings.Cut(location, "\r\n")
		if !trusting {
			credentials = ""
		}
		ask(ctx, location, requestFor("/other", credentials))
	}
}

// again comes so often again, each time after a while.
func again(times int, wait time.Duration) caller {
	return func(ctx context.Context, to Invitation) {
		raw := to.URL
		for range 1 + times {
			ask(ctx, raw, requestFor("/"+strings.TrimPrefix(behind(raw), "/"), ""))
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return
			}
		}
	}
}

// together opens all WebSockets at a time.
func together(ctx context.Context, to Invitation) {
	done := make(chan struct{})
	for range to.Sockets {
		go func() { honest(ctx, to); done <- struct{}{} }()
	}
	for range to.Sockets {
		<-done
	}
}

// serialised opens each WebSocket when the one before has ended.
func serialised(ctx context.Context, to Invitation) {
	honest(ctx, to)
	honest(ctx, to)
}

func TestAClientThatNeverComesIsNoClient(t *testing.T) {
	ln := listen(t)
	visit := func(context.Context, Invitation, func(int)) (string, error) { return "", nil }
	err := Each{Server: &Server{Cases: cases.Catalogue[:2]}, Agent: "nobody", Visit: visit, Wait: time.Second}.Serve(t.Context(), ln)
	if err != ErrNoVisit {
		t.Errorf("error %v, want %v", err, ErrNoVisit)
	}
}

// Whoever connects without a word, like a probe, is not the client that is waited for.
func TestAClientThatSaysNothingIsNotWaitedForForEver(t *testing.T) {
	ln := listen(t)
	visit := func(ctx context.Context, _ Invitation, _ func(int)) (string, error) {
		knock(ln)
		<-ctx.Done() // it hangs
		return "", nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := Each{Server: &Server{Cases: cases.Catalogue[:1]}, Agent: "mute", Visit: visit, Wait: time.Second / 10}.Serve(ctx, ln)
	if err != ErrNoVisit || ctx.Err() != nil {
		t.Errorf("error %v, want %v; out of time: %v", err, ErrNoVisit, ctx.Err())
	}
}

// Nor is one for which somebody knocks again and again.
func TestAClientIsNotWaitedForAsLongAsSomebodyKnocks(t *testing.T) {
	ln := listen(t)
	visit := func(ctx context.Context, _ Invitation, _ func(int)) (string, error) {
		for ctx.Err() == nil {
			knock(ln)
		}
		return "", nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := Each{Server: &Server{Cases: cases.Catalogue[:1]}, Agent: "mute", Visit: visit, Wait: 10 * time.Second}.Serve(ctx, ln)
	if err != ErrNoVisit || ctx.Err() != nil {
		t.Errorf("error %v, want %v; out of time: %v", err, ErrNoVisit, ctx.Err())
	}
}

// A browser connects ahead, and may not use the connection.
func TestAConnectionWithoutAWordTakesNoTurn(t *testing.T) {
	secure := httptest.NewTLSServer(nil)
	defer secure.Close()
	for name, config := range map[string]*tls.Config{"ws": nil, "wss": {Certificates: secure.TLS.Certificates}} {
		t.Run(name, func(t *testing.T) {
			ln := listen(t)
			visit := func(ctx context.Context, to Invitation, _ func(int)) (string, error) {
				knock(ln)
				if probe, err := net.Dial("tcp", ln.Addr().String()); err == nil {
					time.Sleep(time.Second / 20) // until it has been accepted
					_ = probe.(*net.TCPConn).SetLinger(0)
					probe.Close()
				}
				if ahead, err := net.Dial("tcp", ln.Addr().String()); err == nil {
					defer ahead.Close()
				}
				time.Sleep(time.Second / 10) // until that has been seen
				dialer := websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
				conn, _, err := dialer.DialContext(ctx, to.URL, nil)
				if err == nil {
					echoUntilItEnds(conn)
				}
				return "", err
			}
			server := &Server{Cases: cases.Catalogue[:1], TLS: config, OnResult: func(p Played) error {
				if p.Result.Verdict != cases.OK {
					t.Errorf("%s: %s", p.Result.Verdict, p.Result.Says)
				}
				return nil
			}}
			if err := (Each{Server: server, Agent: "hasty", Visit: visit, Wait: 10 * time.Second}).Serve(t.Context(), ln); err != nil {
				t.Error(err)
			}
		})
	}
}

// knock connects, and says nothing.
func knock(ln net.Listener) {
	if nc, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		nc.Close()
	}
}

// listen is a listener on a free port.
func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func TestBrowsersAreJudgedOnlyIfTheyAreSome(t *testing.T) {
	browser := func(fields http.Header) caller {
		return func(ctx context.Context, to Invitation) {
			raw := to.URL
			dialer := websocket.Dialer{EnableCompression: true}
			if conn, _, err := dialer.DialContext(ctx, raw, fields); err == nil {
				echoUntilItEnds(conn)
			}
		}
	}
	whole := http.Header{"Origin": {"http://a"}, "Pragma": {"no-cache"}, "Cache-Control": {"no-cache"}, "Cookie": {"gobahn=1"}}
	for _, c := range []struct {
		name string
		call caller
		want cases.Verdict
	}{
		{"no browser", honest, cases.Unimplemented},
		{"a browser", browser(whole), cases.OK},
		{"a browser that lacks fields", browser(http.Header{"Origin": {"http://a"}}), cases.Informational},
		{"an Origin that is none", browser(http.Header{"Origin": {"a"}}), cases.Failed},
	} {
		if got := called(t, "15.1.14", c.call); got.Result.Verdict != c.want {
			t.Errorf("%s: %s: %s, want %s", c.name, got.Result.Verdict, got.Result.Says, c.want)
		}
	}
}

func TestListenersAreReachedAt(t *testing.T) {
	for _, tt := range []struct{ listen, want string }{
		{"127.0.0.1:0", "127.0.0.1"}, {"127.0.0.2:0", "127.0.0.2"}, {"0.0.0.0:0", "127.0.0.1"}, {":0", "127.0.0.1"}, {"[::1]:0", "[::1]"},
	} {
		ln, err := net.Listen("tcp", tt.listen)
		if err != nil {
			t.Logf("%s: %v", tt.listen, err) // a machine without IPv6, or with one address
			continue
		}
		defer ln.Close()
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		if got, want := Reachable(ln), tt.want+":"+port; got != want {
			t.Errorf("%s is reached at %s, want %s", tt.listen, got, want)
		}
	}
}
