package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"

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

// A listenFunc listens, as net.Listen does.
type listenFunc func(network, address string) (net.Listener, error)

// listenTCP listens at address, on all interfaces with IPv4 and IPv6 where it has no
// host, or with one of them where this machine lacks the other. An error says what to do.
func listenTCP(listen listenFunc, address string) (net.Listener, error) {
	ln, err := listen("tcp", address)
	host, port, _ := net.SplitHostPort(address)
	if host == "" && (errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL)) {
		ln, err = listen("tcp4", address)
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%w: another program listens there (port 0 takes a free one)", err)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%w: port %s is for root", err, port)
	case errors.Is(err, syscall.EAFNOSUPPORT):
		return nil, fmt.Errorf("%w: this machine has no such addresses", err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%w: %s is not an address of this machine", err, host)
	}
	return ln, err
}

// listeningOn says where a server listens.
func listeningOn(ln net.Listener) string {
	address := ln.Addr().(*net.TCPAddr)
	text := "Listening on " + address.String()
	if address.IP.IsUnspecified() {
		text += ", on all interfaces"
	}
	return text
}
