package certs

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// A ClientConfig is what a user asks of the TLS of a server under test. Its zero
// value verifies nothing, as the reference does.
type ClientConfig struct {
	// Hostname is the reference's key of that name: what the certificate is verified
	// for, and the name that is sent (SNI); empty: neither.
	Hostname string

	// Strict is that the certificate is verified also without Hostname. It is what
	// a server's tls block in the spec file asks for by being there.
	Strict bool

	// Insecure is that the certificate is not verified, whatever else is asked for.
	Insecure bool

	CA         string // file with the roots, in PEM; empty: those of the system
	Cert       string // file with the client's certificate, in PEM; empty: none
	Key        string // file with its key; empty: it is in Cert
	ServerName string // sent (SNI) and verified; empty: Hostname, else the host of the URL
	MinVersion string // of TLS: "1.0", "1.1", "1.2" or "1.3"; empty: what Go has, 1.2
}

// Client is the configuration of our side when we connect. It has a ServerName only
// if c has one: whoever connects sets the host of the URL instead, also where
// nothing is verified, for the server may want it.
func Client(c ClientConfig) (*tls.Config, error) {
	config := &tls.Config{
		ServerName:         cmp.Or(c.ServerName, c.Hostname),
		InsecureSkipVerify: c.Insecure || !c.Strict && c.Hostname == "",
	}
	var err error
	if config.MinVersion, err = version(c.MinVersion); err != nil {
		return nil, err
	}
	if c.CA != "" {
		if config.RootCAs, err = roots(c.CA); err != nil {
			return nil, err
		}
	}
	if c.Cert != "" || c.Key != "" {
		pair, err := load(c.Cert, c.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// version is the version of TLS that has this name; 0: the default.
func version(name string) (uint16, error) {
	switch name {
	case "":
		return 0, nil
	case "1.0":
		return tls.VersionTLS10, nil
	case "1.1":
		return tls.VersionTLS11, nil
	case "1.2":
		return tls.VersionTLS12, nil
	case "1.3":
		return tls.VersionTLS13, nil
	}
	return 0, fmt.Errorf(`there is no TLS version %q: want "1.0", "1.1", "1.2" or "1.3"`, name)
}

// roots are the certificates in a file.
func roots(file string) (*x509.CertPool, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("roots: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("roots %s: there is no valid certificate in it: want PEM, -----BEGIN CERTIFICATE-----", file)
	}
	return pool, nil
}
