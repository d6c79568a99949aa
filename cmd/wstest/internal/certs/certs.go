// Package certs makes the TLS configurations of both roles from what users give:
// files, and how much is to be verified.
package certs

import (
	"cmp"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
)

// load reads a certificate and its key; an empty keyFile: both are in certFile.
func load(certFile, keyFile string) (tls.Certificate, error) {
	if certFile == "" {
		return tls.Certificate{}, fmt.Errorf("there is a key, %s, but no certificate: give it, too", keyFile)
	}
	cert, err := os.ReadFile(certFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate: %w", err)
	}
	if len(blocks(cert, "CERTIFICATE")) == 0 {
		return tls.Certificate{}, fmt.Errorf("certificate %s: there is none in it: want PEM, -----BEGIN CERTIFICATE-----", certFile)
	}
	key := cert
	if keyFile != "" {
		if key, err = os.ReadFile(keyFile); err != nil {
			return tls.Certificate{}, fmt.Errorf("key: %w", err)
		}
	}
	keyFile = cmp.Or(keyFile, certFile)
	if err := checkKey(key); err != nil {
		return tls.Certificate{}, fmt.Errorf("key %s: %w", keyFile, err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate %s with key %s: %w", certFile, keyFile, err)
	}
	return pair, nil
}

// checkKey says what is wrong with a file that should hold a key.
func checkKey(key []byte) error {
	keys := blocks(key, "PRIVATE KEY")
	switch {
	case len(keys) == 0:
		return errors.New("there is none in it: want PEM, -----BEGIN PRIVATE KEY-----")
	case strings.HasPrefix(keys[0].Type, "ENCRYPTED") || strings.Contains(keys[0].Headers["Proc-Type"], "ENCRYPTED"):
		return errors.New("it is encrypted: decrypt it, for instance with openssl pkey -in FILE -out FILE")
	}
	return nil
}

// blocks are the PEM blocks of b whose type ends in kind.
func blocks(b []byte, kind string) (list []*pem.Block) {
	for {
		block, rest := pem.Decode(b)
		if block == nil {
			return list
		}
		if strings.HasSuffix(block.Type, kind) {
			list = append(list, block)
		}
		b = rest
	}
}
