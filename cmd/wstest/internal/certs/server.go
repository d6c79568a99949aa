package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
	"unicode"
)

const (
	validity  = 365 * 24 * time.Hour // of a certificate made on the fly
	clockSkew = time.Hour            // of a peer whose clock is behind ours
)

// Server is the configuration of our side when we listen, with the certificate and
// the key in these files, in PEM; an empty keyFile: it is in certFile, too. Without
// either file, it generates a self-signed certificate, and says so.
//
// It has no protocols for ALPN: with some, a client that offers only others would be
// refused, while the reference pays no attention to them.
func Server(certFile, keyFile string) (config *tls.Config, generated bool, err error) {
	var pair tls.Certificate
	if certFile == "" && keyFile == "" {
		generated = true
		pair, err = selfSigned()
	} else {
		pair, err = load(certFile, keyFile)
	}
	if err != nil {
		return nil, false, err
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}}, generated, nil
}

// selfSigned makes a certificate for this machine, good for a year. It is not one of
// an authority: some clients refuse such a one even if they were told to trust it.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making a key: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "localhost", Organization: []string{"Gobahn, made on the fly"}},
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.Add(validity),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              names(os.Hostname()),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making a certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// names are those of this machine, as far as they can stand in a certificate.
func names(hostname string, err error) []string {
	list := []string{"localhost"}
	foreign := strings.ContainsFunc(hostname, func(r rune) bool { return r > unicode.MaxASCII })
	if err == nil && hostname != "" && hostname != "localhost" && !foreign {
		list = append(list, hostname)
	}
	return list
}
