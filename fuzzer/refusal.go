package fuzzer

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

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
func checkRequest(head wire.Head) (path string, query url.Values, err error) {
	method, target, err := head.Request()
	if err == nil && method == http.MethodGet && head.Get("Upgrade") == "" {
		return "", nil, refusal{status: http.StatusOK, text: page}
	}
	switch err := wire.CheckRequest(head); {
	case errors.Is(err, wire.ErrVersion):
		version := []wire.Field{{Name: "Sec-WebSocket-Version", Value: "13"}}
		return "", nil, refusal{http.StatusUpgradeRequired, err.Error(), version}
	case err != nil:
		return "", nil, err
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return "", nil, err
	}
	query, err = url.ParseQuery(u.RawQuery)
	return u.Path, query, err
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
