package main

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"gobahn/cmd/wstest/internal/certs"
)

// listenOn is where a server with that URL listens, and its TLS configuration if it
// speaks TLS.
func (c *compat) listenOn(raw, key, cert string) (address string, config *tls.Config, err error) {
	address, secure, err := listenAddress(raw)
	if err != nil || !secure {
		return address, nil, err
	}
	config, generated, err := certs.Server(cert, key)
	if generated {
		c.warn("no key and no certificate were given: the server has a self-signed certificate of its own, for this run")
	}
	return address, config, err
}

// listenAddress is where a server with that URL listens: its port, on all
// interfaces. As in the reference, the host does not matter.
func listenAddress(raw string) (address string, secure bool, err error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", false, fmt.Errorf("URL %q: %w", raw, err)
	}
	if u.Scheme != "ws" && u.Scheme != "wss" || u.Hostname() == "" {
		return "", false, fmt.Errorf("URL %q: want ws://host:port or wss://host:port", raw)
	}
	secure = u.Scheme == "wss"
	port := u.Port()
	switch {
	case port != "":
	case secure:
		port = "443"
	default:
		port = "80"
	}
	if strings.Count(u.Host, ":") > 1 && !strings.Contains(u.Host, "]") {
		return "", false, fmt.Errorf("URL %q has more than one port", raw)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", false, fmt.Errorf("URL %q: port %s is not below 65536", raw, port)
	}
	return ":" + port, secure, nil
}
