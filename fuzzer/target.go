package fuzzer

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"unicode"
)

// A Target is the address of a server under test.
type Target struct {
	URL           *url.URL // as it was given
	TLS           bool     // wss: TLS is spoken
	Network       string   // "tcp" or "unix"
	Address       string   // host:port, or the path of the socket
	ServerName    string   // host without port and zone, for TLS
	Host          string   // the Host field; the port is left out where it is the default (RFC 6455 4.1)
	RequestURI    string   // path and query as they are sent
	Authorization string   // the Authorization field; empty: none
}

const (
	wantURL = "want ws://host:port/path, wss://host:port/path, ws+unix:/socket:/path or wss+unix:/socket:/path"

	// maxSocketPath is how many octets the path of a Unix socket may have on Linux.
	maxSocketPath = 107

	// unsafe are the printable octets that RFC 3986 allows nowhere in a URL.
	unsafe = "\"<>\\^`{|}"
)

// ParseTarget parses the URL of a server: ws://host:port/path?query, the same with
// wss, or ws+unix:/socket:/path?query and wss+unix for a Unix socket. The ports that
// are left out are 80 and 443, the path that is left out is "/".
//
// Of ws+unix, the path of the socket ends at the first colon. One within it is
// written %3A, and so are other characters with a meaning of their own.
//
// User and password of the URL become an Authorization field.
func ParseTarget(raw string) (Target, error) {
	t, err := parseTarget(raw)
	if err != nil {
		return Target{}, fmt.Errorf("URL %q: %w", redacted(raw), err)
	}
	return t, nil
}

func parseTarget(raw string) (Target, error) {
	if i := strings.IndexFunc(raw, unicode.IsControl); i >= 0 {
		return Target{}, fmt.Errorf("there is a control character at octet %d", i)
	}
	scheme, rest, _ := strings.Cut(raw, ":")
	t := Target{Network: "tcp"}
	switch strings.ToLower(scheme) {
	case "ws":
	case "wss":
		t.TLS = true
	case "ws+unix":
		t.Network = "unix"
	case "wss+unix":
		t.Network, t.TLS = "unix", true
	case "http":
		return t, fmt.Errorf("did you mean %q?", redacted("ws:"+rest))
	case "https":
		return t, fmt.Errorf("did you mean %q?", redacted("wss:"+rest))
	case "unix":
		return t, fmt.Errorf("did you mean %q?", redacted("ws+unix:"+rest))
	default:
		return t, unknownScheme(raw)
	}
	if strings.Contains(raw, "#") {
		return t, errors.New("a WebSocket has no fragment, write # as %23 (RFC 6455 3)")
	}
	var err error
	if t.URL, err = url.Parse(raw); err != nil {
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err // without the URL, in which there may be a password
		}
		return t, err
	}
	if t.Authorization, err = basic(t.URL.User); err != nil {
		return t, err
	}
	if t.Network == "unix" {
		return t, t.parseUnix()
	}
	return t, t.parseTCP()
}

// unknownScheme is the error of a URL whose scheme is none of ours, or left out.
func unknownScheme(raw string) error {
	if !strings.Contains(raw, "://") {
		if _, err := parseTarget("ws://" + raw); err == nil {
			return fmt.Errorf("did you mean %q?", redacted("ws://"+raw))
		}
	}
	return errors.New(wantURL)
}

// parseTCP takes host, port and path.
func (t *Target) parseTCP() error {
	host, port := t.URL.Hostname(), t.URL.Port()
	switch {
	case host == "":
		return errors.New("there is no host")
	case strings.Contains(host, ":") && !strings.HasPrefix(t.URL.Host, "["):
		return fmt.Errorf("an IPv6 address is written in brackets: [%s]", host)
	case strings.Contains(host, "%") && !strings.Contains(host, ":"):
		return errors.New("there is a % in the host, which belongs before the zone of an IPv6 address")
	case strings.ContainsAny(host, "[]"):
		return errors.New("there is a bracket in the host, which belongs around an IPv6 address")
	case strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII }):
		return errors.New("the host is not ASCII: write its name as it is in DNS, with xn--")
	}
	defaultPort := "80"
	if t.TLS {
		defaultPort = "443"
	}
	port = cmp.Or(port, defaultPort)
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return fmt.Errorf("port %s is not between 1 and 65535", port)
	}
	port = strconv.FormatUint(number, 10)
	t.Address = net.JoinHostPort(host, port)
	t.ServerName, _, _ = strings.Cut(host, "%") // a zone means nothing to the server (RFC 6874 3)
	t.Host = net.JoinHostPort(t.ServerName, port)
	if port == defaultPort {
		t.Host = strings.TrimSuffix(t.Host, ":"+port)
	}
	t.RequestURI = requestURI(pathAsGiven(t.URL), t.URL)
	return nil
}

// parseUnix takes the path of the socket and that of the resource.
func (t *Target) parseUnix() error {
	socket, resource, separated := strings.Cut(pathAsGiven(t.URL), ":")
	socket, err := url.PathUnescape(socket)
	switch {
	case err != nil:
		return err
	case t.URL.Host != "":
		return fmt.Errorf("a Unix socket has no host: write %s:/path/to/socket", t.URL.Scheme)
	case !strings.HasPrefix(socket, "/") || len(socket) == 1:
		return fmt.Errorf("the path of the socket is not absolute: write %s:/path/to/socket", t.URL.Scheme)
	case strings.ContainsFunc(socket, unicode.IsControl):
		return errors.New("there is a control character in the path of the socket")
	case len(socket) > maxSocketPath:
		return fmt.Errorf("the path of the socket has %d octets, the system allows %d", len(socket), maxSocketPath)
	case separated && !strings.HasPrefix(resource, "/"):
		return errors.New("what follows the colon after the socket does not begin with /: write a colon in the path of the socket as %3A")
	}
	t.Address, t.ServerName, t.Host = socket, "localhost", "localhost"
	t.RequestURI = requestURI(resource, t.URL)
	return nil
}

// pathAsGiven is the path of u as it was written: RawPath is kept only where it is
// not what Path is escaped to.
func pathAsGiven(u *url.URL) string {
	return cmp.Or(u.RawPath, u.EscapedPath())
}

// requestURI is a path with the query of u, as it stands in the request. What is
// escaped already stays as it is, what no URL may hold is escaped.
func requestURI(path string, u *url.URL) string {
	target := cmp.Or(path, "/")
	if u.RawQuery != "" || u.ForceQuery {
		target += "?" + u.RawQuery
	}
	var b strings.Builder
	for _, c := range []byte(target) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(unsafe, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// basic is the Authorization field for user (RFC 7617 2); empty: there is none.
func basic(user *url.Userinfo) (string, error) {
	if user == nil {
		return "", nil
	}
	password, _ := user.Password()
	pair := user.Username() + ":" + password
	switch {
	case strings.Contains(user.Username(), ":"):
		return "", errors.New("there is a colon in the user's name (RFC 7617 2)")
	case strings.ContainsFunc(pair, unicode.IsControl):
		return "", errors.New("there is a control character in the user's name or password (RFC 7617 2)")
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)), nil
}

// redacted is a URL, which need not be a valid one, without its password.
func redacted(raw string) string {
	scheme, rest, found := strings.Cut(raw, "//")
	if !found {
		scheme, rest = "", raw
	} else {
		scheme += "//"
	}
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	at := strings.LastIndexByte(rest[:end], '@')
	colon := strings.IndexByte(rest[:max(at, 0)], ':')
	if colon < 0 {
		return raw
	}
	return scheme + rest[:colon] + ":xxxxx" + rest[at:]
}

// String is the URL without its password, for messages.
func (t Target) String() string {
	return t.URL.Redacted()
}

// Dial connects to the server and, where TLS is spoken, does its handshake; config
// is for that, and nil verifies the certificate with the system's roots. An error
// says which of the two has failed.
func (t Target) Dial(ctx context.Context, d Dialler, config *tls.Config) (net.Conn, error) {
	nc, err := d.DialContext(ctx, t.Network, t.Address)
	if err != nil {
		return nil, fmt.Errorf("cannot reach %s: %w", t, t.unreached(err))
	}
	if !t.TLS {
		return nc, nil
	}
	secure := tls.Client(nc, t.config(config))
	if err := secure.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, fmt.Errorf("TLS handshake with %s: %w", t, explained(ctx, err))
	}
	return secure, nil
}

// unreached is the error of a connection with what it is likely to mean.
func (t Target) unreached(err error) error {
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsNotFound {
			return fmt.Errorf("there is no host %s: %w", t.ServerName, err)
		}
		return fmt.Errorf("the name server did not say where %s is: %w", t.ServerName, err)
	}
	if !strings.Contains(t.ServerName, ":") {
		return err
	}
	for _, one := range []error{syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT, syscall.ENETUNREACH} {
		if errors.Is(err, one) {
			return fmt.Errorf("this machine has no IPv6 that leads to %s: %w", t.ServerName, err)
		}
	}
	return err
}

// config is a copy of config with the name of the server, and with HTTP/1.1 as the
// one protocol: that is where a WebSocket begins.
func (t Target) config(config *tls.Config) *tls.Config {
	if config == nil {
		config = &tls.Config{}
	}
	config = config.Clone()
	config.ServerName = cmp.Or(config.ServerName, t.ServerName)
	if len(config.NextProtos) == 0 {
		config.NextProtos = []string{"http/1.1"}
	}
	return config
}

// explained is the error of a TLS handshake with what it is likely to mean.
func explained(ctx context.Context, err error) error {
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("the server did not finish it in time: %w", err)
	case noTLS:
		return fmt.Errorf("the server does not speak TLS, is it ws instead of wss? %w", err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("the server closed the connection: %w", err)
	}
	return err
}
