// Package limits says what this machine allows the process.
package limits
