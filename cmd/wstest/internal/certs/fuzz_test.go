package certs

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fixed is a certificate with its key, in PEM, the same each time.
func fixed(f *testing.F) (cert, key []byte) {
	secret := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"peer.example"}}
	public, err := x509.CreateCertificate(nil, template, template, secret.Public(), secret)
	if err != nil {
		f.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		f.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: public}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
}

// FuzzLoad wants a certificate with its key, or an error that names the file, of every two
// files; and of one file whose octets are both.
func FuzzLoad(f *testing.F) {
	certPEM, keyPEM := fixed(f)
	f.Add(certPEM, keyPEM)
	f.Add(slices.Concat(keyPEM, certPEM), []byte{})
	f.Add(bytes.ReplaceAll(certPEM, []byte("\n"), []byte("\r\n")), slices.Concat([]byte("Bag Attributes\n"), keyPEM))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), []byte("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n-----END EC PRIVATE KEY-----\n"))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"), []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----"))
	f.Fuzz(func(t *testing.T, cert, key []byte) {
		dir := t.TempDir()
		certFile, keyFile := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
		for file, b := range map[string][]byte{certFile: cert, keyFile: key} {
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if len(key) == 0 {
			keyFile = ""
		}
		pair, err := load(certFile, keyFile)
		if err != nil {
			named := strings.HasPrefix(err.Error(), "certificate "+certFile) || strings.HasPrefix(err.Error(), "key "+dir)
			if !named || len(err.Error()) > 500+2*len(dir) {
				t.Errorf("an error of %d octets: %v", len(err.Error()), err)
			}
			return
		}
		if len(pair.Certificate) != len(blocks(cert, "CERTIFICATE")) || pair.PrivateKey == nil {
			t.Errorf("%d certificates and the key %T of %q", len(pair.Certificate), pair.PrivateKey, cert)
		}
		if _, err := x509.ParseCertificate(pair.Certificate[0]); err != nil {
			t.Error(err)
		}
	})
}

// FuzzRoots wants authorities to be trusted, or an error that names the file.
func FuzzRoots(f *testing.F) {
	cert, _ := fixed(f)
	f.Add(cert)
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"))
	f.Add([]byte("text"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(t.TempDir(), "roots")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		pool, err := roots(file)
		if (pool == nil) != (err != nil) || err != nil && !strings.HasPrefix(err.Error(), "roots "+file+": ") {
			t.Errorf("%v and %v", pool, err)
		}
		if err == nil && (pool.Equal(x509.NewCertPool()) || len(blocks(text, "CERTIFICATE")) == 0) {
			t.Errorf("nothing is trusted of %q", text)
		}
	})
}
