package wire

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode"
)

// AcceptWords are values that a wrong Sec-WebSocket-Accept can have, which are near the
// one that answers key, each behind its name in braces: names and values take turns.
func AcceptWords(key string) []string {
	right := AcceptKey(key)
	digest, _ := base64.StdEncoding.DecodeString(right) // it is base64
	decoded, _ := base64.StdEncoding.DecodeString(key)  // of no octets if it is none
	last := "A"
	if strings.HasSuffix(right, "A=") {
		last = "E"
	}
	return []string{
		"{acceptSwapped}", strings.Map(swapped, right),
		"{acceptUnpadded}", strings.TrimRight(right, "="),
		"{acceptChanged}", strings.TrimSuffix(right, right[len(right)-2:]) + last + "=",
		"{acceptHex}", hex.EncodeToString(digest),
		"{acceptLower}", hashed(key + strings.ToLower(guid)),
		"{acceptDecoded}", hashed(string(decoded) + guid),
	}
}

func hashed(s string) string {
	sum := sha1.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// swapped is a letter in the other case.
func swapped(r rune) rune {
	if unicode.IsUpper(r) {
		return unicode.ToLower(r)
	}
	return unicode.ToUpper(r)
}
