package cases

import "strings"

// UserPrefix is how the ids of cases begin that are not of the catalogue but of files.
const UserPrefix = "user/"

// userCases is the chapter of the cases of files.
var userCases = Chapter{Number: "user", Title: "Cases of Your Own"}

// Own is id as that of a case of a file: "ping" becomes "user/ping".
func (id ID) Own() ID { return UserPrefix + ID(strings.TrimPrefix(string(id), UserPrefix)) }

// Chapter is the number of the chapter of the case.
func (id ID) Chapter() string {
	if end := strings.IndexAny(string(id), "./"); end >= 0 {
		return string(id[:end])
	}
	return string(id)
}
