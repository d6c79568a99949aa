package certs_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gobahn/cmd/wstest/internal/certs"
)

// patience ends a handshake that hangs.
const patience = 10 * time.Second

// An issued certificate with its key.
type issued struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue makes a certificate for names; a nil authority: one of an authority.
func issue(t *testing.T, authority *issued, names ...string) *issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "test"},
		NotAfter:              time.Now().Add(time.Hour),
		DNSNames:              names,
		BasicConstraintsValid: true,
		IsCA:                  authority == nil,
	}
	by := authority
	if authority == nil {
		by = &issued{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, key.Public(), by.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{cert, key}
}

func (i *issued) certPEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw}))
}

func (i *issued) keyPEM(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// A folder of files; its zero value is not ready for use.
type folder string

// write makes a file with this content and returns its path.
func (f folder) write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(string(f), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// shake does the handshake of both sides and says what the client thinks of it. The
// server sends an octet behind it: in TLS 1.3 a client learns only then that its
// certificate was refused. A pipe in memory would not do: who refuses writes while
// the other one does, and on a pipe both would wait for each other.
func shake(t *testing.T, client, server *tls.Config) error {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		nc, err := ln.Accept()
		if err != nil {
			return // the client says so, too
		}
		_ = nc.SetDeadline(time.Now().Add(patience))
		_, _ = nc.Write([]byte{0})
		_, _ = nc.Read(make([]byte, 1)) // until the client has read what it was sent
		nc.Close()
	}()
	defer func() { <-done }()
	defer ln.Close()
	nc, err := net.DialTimeout("tcp", ln.Addr().String(), patience)
	if err != nil {
		return err
	}
	defer nc.Close()
	if err := nc.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err = tls.Client(nc, client).Read(make([]byte, 1))
	return err
}

// TestClientVerifiesWhatItIsAskedTo has a server whose certificate is by an authority
// of its own, which the system's roots do not have.
func TestClientVerifiesWhatItIsAskedTo(t *testing.T) {
	dir := folder(t.TempDir())
	authority := issue(t, nil)
	leaf := issue(t, authority, "peer.example")
	own, other := dir.write(t, "own.pem", authority.certPEM()), dir.write(t, "other.pem", issue(t, nil).certPEM())
	cert, key := dir.write(t, "cert.pem", leaf.certPEM()), dir.write(t, "key.pem", leaf.keyPEM(t))
	const (
		unknown = "x509: certificate signed by unknown authority"
		another = "x509: certificate is valid for peer.example, not other.example"
	)
	for _, test := range []struct {
		name   string
		config certs.ClientConfig
		host   string // of the URL
		err    string // what it says; empty: accepted
	}{
		{"nothing asked for", certs.ClientConfig{}, "other.example", ""},
		{"hostname, roots of the system", certs.ClientConfig{Hostname: "peer.example"}, "127.0.0.1", unknown},
		{"hostname, insecure", certs.ClientConfig{Hostname: "peer.example", Insecure: true}, "127.0.0.1", ""},
		{"hostname, its roots", certs.ClientConfig{Hostname: "peer.example", CA: own}, "127.0.0.1", ""},
		{"another hostname", certs.ClientConfig{Hostname: "other.example", CA: own}, "peer.example", another},
		{"strict, roots of the system", certs.ClientConfig{Strict: true}, "peer.example", unknown},
		{"strict, its roots", certs.ClientConfig{Strict: true, CA: own}, "peer.example", ""},
		{"strict, other roots", certs.ClientConfig{Strict: true, CA: other}, "peer.example", unknown},
		{"strict, another host", certs.ClientConfig{Strict: true, CA: own}, "other.example", another},
		{"strict, server name", certs.ClientConfig{Strict: true, CA: own, ServerName: "peer.example"}, "other.example", ""},
		{"strict, another server name", certs.ClientConfig{Strict: true, CA: own, ServerName: "other.example"}, "peer.example", another},
		{"server name before hostname", certs.ClientConfig{CA: own, ServerName: "peer.example", Hostname: "other.example"}, "x", ""},
		{"strict, insecure", certs.ClientConfig{Strict: true, Insecure: true, CA: other}, "other.example", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, generated, err := certs.Server(cert, key)
			if err != nil || generated {
				t.Fatalf("generated %t, error %v", generated, err)
			}
			client, err := certs.Client(test.config)
			if err != nil {
				t.Fatal(err)
			}
			if client.ServerName == "" {
				client.ServerName = test.host // as one who connects does
			}
			err = shake(t, client, server)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got error %v, want %q", err, test.err)
			}
		})
	}
}

func TestNameIsSentAlsoWhenNothingIsVerified(t *testing.T) {
	for _, test := range []struct {
		config certs.ClientConfig
		want   string
	}{
		{certs.ClientConfig{}, ""},
		{certs.ClientConfig{Hostname: "a.example"}, "a.example"},
		{certs.ClientConfig{ServerName: "b.example", Insecure: true}, "b.example"},
		{certs.ClientConfig{ServerName: "b.example", Hostname: "a.example"}, "b.example"},
	} {
		config, err := certs.Client(test.config)
		if err != nil || config.ServerName != test.want {
			t.Errorf("%+v: named %q, error %v, want %q", test.config, config.ServerName, err, test.want)
		}
	}
}

func TestClientKeepsToItsLeastVersion(t *testing.T) {
	versions := []string{"1.0", "1.1", "1.2", "1.3"}
	for i, least := range versions {
		client, err := certs.Client(certs.ClientConfig{MinVersion: least})
		if err != nil {
			t.Fatal(err)
		}
		for k, most := range versions {
			server, _, err := certs.Server("", "")
			if err != nil {
				t.Fatal(err)
			}
			server.MinVersion, server.MaxVersion = tls.VersionTLS10, tls.VersionTLS10+uint16(k)
			if err := shake(t, client, server); (err == nil) != (k >= i) {
				t.Errorf("least %s, server has up to %s: got error %v", least, most, err)
			}
		}
	}
}

func TestClientShowsItsCertificate(t *testing.T) {
	dir := folder(t.TempDir())
	authority := issue(t, nil)
	clientLeaf := issue(t, authority, "client.example")
	both := dir.write(t, "both.pem", clientLeaf.keyPEM(t)+clientLeaf.certPEM())
	server, _, err := certs.Server("", "")
	if err != nil {
		t.Fatal(err)
	}
	server.ClientAuth, server.ClientCAs = tls.RequireAnyClientCert, x509.NewCertPool()
	for _, test := range []struct {
		config certs.ClientConfig
		err    string
	}{
		{certs.ClientConfig{Cert: both}, ""},
		{certs.ClientConfig{}, "remote error: tls: certificate required"},
	} {
		client, err := certs.Client(test.config)
		if err != nil {
			t.Fatal(err)
		}
		if err := shake(t, client, server); fmt.Sprint(err) != test.err && (err != nil || test.err != "") {
			t.Errorf("%+v: got error %v, want %q", test.config, err, test.err)
		}
	}
}

func TestCertificateMadeOnTheFlyIsGoodForThisMachine(t *testing.T) {
	server, generated, err := certs.Server("", "")
	if err != nil || !generated {
		t.Fatalf("generated %t, error %v", generated, err)
	}
	cert, err := x509.ParseCertificate(server.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name)
	}
	for _, host := range hosts {
		st := time.Now()
		defer func() { t.Log(host, time.Since(st)) }()
		if err := shake(t, &tls.Config{RootCAs: roots, ServerName: host}, server); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if err := shake(t, &tls.Config{RootCAs: roots, ServerName: "peer.example"}, server); err == nil {
		t.Error("it is good for peer.example, too")
	}
	if left := time.Until(cert.NotAfter); left < 364*24*time.Hour {
		t.Errorf("it is valid for %v only", left)
	}
	if key, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("its key is a %T, want ECDSA on P-256", cert.PublicKey)
	}
	again, _, err := certs.Server("", "")
	if err != nil {
		t.Fatal(err)
	}
	if server.Certificates[0].PrivateKey.(*ecdsa.PrivateKey).Equal(again.Certificates[0].PrivateKey) {
		t.Error("the key is the same each time")
	}
}

func TestCertificateAndKeyMayBeInOneFile(t *testing.T) {
	dir := folder(t.TempDir())
	leaf := issue(t, issue(t, nil), "peer.example")
	for name, content := range map[string]string{
		"cert-first.pem": leaf.certPEM() + leaf.keyPEM(t),
		"key-first.pem":  "some text\n" + leaf.keyPEM(t) + leaf.certPEM(),
	} {
		server, _, err := certs.Server(dir.write(t, name, content), "")
		if err != nil {
			t.Error(err)
			continue
		}
		if err := shake(t, &tls.Config{InsecureSkipVerify: true}, server); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFaultOfAFileIsNamedWithTheFile(t *testing.T) {
	dir := folder(t.TempDir())
	leaf := issue(t, issue(t, nil), "peer.example")
	cert, key := dir.write(t, "cert.pem", leaf.certPEM()), dir.write(t, "key.pem", leaf.keyPEM(t))
	text := dir.write(t, "text", "hello\n")
	other := dir.write(t, "other.pem", issue(t, nil).keyPEM(t))
	encrypted := dir.write(t, "encrypted.pem", string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY"})))
	old := dir.write(t, "old.pem", string(pem.EncodeToMemory(&pem.Block{
		Type: "EC PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED"},
	})))
	broken := dir.write(t, "broken.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})))
	absent := filepath.Join(string(dir), "absent")
	for _, test := range []struct{ cert, key, err string }{
		{"", key, "there is a key, " + key + ", but no certificate: give it, too"},
		{absent, key, "certificate: open " + absent},
		{text, key, "certificate " + text + ": there is none in it"},
		{string(dir), key, "certificate: read " + string(dir)},
		{cert, absent, "key: open " + absent},
		{cert, text, "key " + text + ": there is none in it"},
		{cert, "", "key " + cert + ": there is none in it"},
		{cert, encrypted, "key " + encrypted + ": it is encrypted"},
		{cert, old, "key " + old + ": it is encrypted"},
		{cert, other, "certificate " + cert + " with key " + other + ": tls: private key does not match public key"},
		{broken, key, "certificate " + broken + " with key " + key + ": x509: malformed certificate"},
	} {
		_, _, asServer := certs.Server(test.cert, test.key)
		_, asClient := certs.Client(certs.ClientConfig{Cert: test.cert, Key: test.key})
		for _, err := range []error{asServer, asClient} {
			if err == nil || !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("got error %v, want %q", err, test.err)
			}
		}
	}
	for _, test := range []struct {
		config certs.ClientConfig
		err    string
	}{
		{certs.ClientConfig{CA: absent}, "roots: open " + absent},
		{certs.ClientConfig{CA: text}, "roots " + text + ": there is no valid certificate in it"},
		{certs.ClientConfig{CA: broken}, "roots " + broken + ": there is no valid certificate in it"},
		{certs.ClientConfig{MinVersion: "1.4"}, `there is no TLS version "1.4": want "1.0", "1.1", "1.2" or "1.3"`},
	} {
		if _, err := certs.Client(test.config); err == nil || !strings.HasPrefix(err.Error(), test.err) {
			t.Errorf("%+v: got error %v, want %q", test.config, err, test.err)
		}
	}
}
