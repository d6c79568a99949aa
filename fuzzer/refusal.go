package fuzzer

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gobahn/wire"
)

// A refusal is an HTTP response that opens no WebSocket.
type refusal struct {
	status int
	text   string
	fields []wire.Field
}

func (r refusal) Error() string { return r.text }

// octets is the whole response.
func (r refusal) octets() []byte {
	h := wire.Head{Line: fmt.Sprintf("HTTP/1.1 %d %s", r.status, http.StatusText(r.status)), Fields: r.fields}
	kind := "text/plain; charset=utf-8"
	if r.status == http.StatusOK {
		kind = "text/html; charset=utf-8"
	}
	h.Add("Content-Type", kind)
	h.Add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Add("X-Content-Type-Options", "nosniff")
	h.Add("Content-Length", strconv.Itoa(len(r.text)))
	h.Add("Connection", "close")
	return append(h.Append(nil), r.text...)
}

// refusalOf is the response to a request that met err.
func refusalOf(err error) refusal {
	var r refusal
	switch {
	case errors.As(err, &r):
		return r
	case errors.Is(err, wire.ErrHeadTooLong):
		return refusal{status: http.StatusRequestHeaderFieldsTooLarge, text: err.Error()}
	}
	return refusal{status: http.StatusBadRequest, text: err.Error()}
}

// checkRequest checks a request and takes path and query of its target apart.
func checkRequest(head wire.Head, opts Options) (path string, query url.Values, err error) {
	method, target, err := head.Request()
	if err == nil && method == http.MethodGet && head.Get("Upgrade") == "" {
		if opts.WebStatus {
			return "", nil, refusal{status: http.StatusOK, text: page}
		}
		return "", nil, refusal{status: http.StatusUpgradeRequired, text: "here are only WebSockets", fields: versionFields(opts)}
	}
	switch err := wire.CheckRequest(head, opts.Versions...); {
	case errors.Is(err, wire.ErrVersion):
		return "", nil, refusal{http.StatusUpgradeRequired, err.Error(), versionFields(opts)}
	case err != nil:
		return "", nil, err
	}
	if origin := originOf(head); !originAllowed(origin, opts.AllowedOrigins) {
		text := fmt.Sprintf("origin %.100q is not among the allowedOrigins", origin)
		return "", nil, refusal{status: http.StatusForbidden, text: text}
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return "", nil, err
	}
	query, err = url.ParseQuery(u.RawQuery)
	return u.Path, query, err
}

// versionFields say which protocol versions we speak (RFC 6455 4.4).
func versionFields(opts Options) []wire.Field {
	var list []string
	for _, v := range slices.Backward(slices.Sorted(slices.Values(opts.Versions))) {
		list = append(list, strconv.Itoa(v))
	}
	return []wire.Field{{Name: "Sec-WebSocket-Version", Value: cmp.Or(strings.Join(list, ", "), "13")}}
}

// originOf is the Origin of a request, which has another name in the drafts.
func originOf(head wire.Head) string {
	return cmp.Or(head.Get("Origin"), head.Get("Sec-WebSocket-Origin"))
}

// originAllowed reports whether a client from there may connect. Who is no browser
// need not say where it is from (RFC 6455 10.2).
func originAllowed(origin string, patterns []string) bool {
	return origin == "" || slices.ContainsFunc(patterns, func(pattern string) bool {
		return like(strings.ToLower(origin), strings.ToLower(pattern))
	})
}

// like reports whether s is what pattern says, in which * is any run of characters.
func like(s, pattern string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return s == pattern
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, rest, found := strings.Cut(s, part)
		if !found {
			return false
		}
		s = rest
	}
	return strings.HasSuffix(s, parts[last])
}

// page is what a browser sees that opens the WebSocket port.
const page = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Gobahn</title></head>
<body><h1>Gobahn</h1>
<p>This is the fuzzing server: a WebSocket client that echoes what it receives is tested here.</p>
<ul>
<li><code>/getCaseCount</code> says how many cases there are.</li>
<li><code>/runCase?case=NUMBER&amp;agent=NAME</code> plays one.</li>
<li><code>/getCaseInfo?case=NUMBER</code> says what it is, <code>/getCaseStatus?case=NUMBER&amp;agent=NAME</code> how it went.</li>
<li><code>/updateReports?agent=NAME</code> writes the reports.</li>
<li><code>/stopServer</code> stops the server.</li>
<li>Anywhere else, text messages say what is sent, such as <code>["echo", {"payload": "a"}]</code>.</li>
</ul></body></html>
`
