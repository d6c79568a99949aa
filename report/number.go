package report

import (
	"math"
	"strconv"
	"strings"
)

// A number is written as Python's json module writes a float: the shortest
// decimal that reads back as the same, always with a fraction or an exponent.
type number float64

// MarshalJSON returns 1.0, 0.9851875, 1e-05.
func (n number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if size := math.Abs(f); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.AppendFloat(nil, f, 'e', -1, 64), nil
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return []byte(s), nil
}
