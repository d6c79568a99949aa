package templates

import "gobahn/cases"

// A grade is a verdict as pages show it.
type grade struct {
	Verdict cases.Verdict
	Word    string // what a cell says
	Class   string // of the element
	Meaning string
}

// grades are the verdicts of cases, best first.
var grades = []grade{
	{cases.OK, "Pass", "case_ok", "The peer did what is expected of it."},
	{cases.NonStrict, "Non-Strict", "case_non_strict",
		"The peer did what is tolerated, though better behaviour is defined."},
	{cases.Informational, "Informational", "case_informational",
		"Nothing here is right or wrong; the page shows what the peer did."},
	{cases.Unimplemented, "Unimplemented", "case_unimplemented",
		"The peer lacks what the case is about, for instance an optional extension."},
	{cases.Failed, "Fail", "case_failed",
		"The peer did what it must not do, or did not do what it must."},
}

// closeGrades are the verdicts of endings, best first.
var closeGrades = []grade{
	{cases.OK, "Pass", "close_ok", "The connection ended as it should. Cells do not mention it."},
	{cases.NonStrict, "Non-Strict", "close_ok", "It could have ended better. Only the profiles rfc and strict say so."},
	{cases.Informational, "Informational", "close_ok", "Any ending would have done."},
	{cases.WrongCodeSent, "Wrong Code", "close_bad", "The peer sent a close code that does not fit what happened."},
	{cases.Unclean, "Unclean", "close_bad", "The closing handshake was required, but not completed."},
	{cases.FailedByClient, "Failed by Client", "close_bad",
		"The tester, as the client, had to drop TCP, which is for the server to do."},
	{cases.Failed, "Fail", "close_bad",
		"The wrong side ended the connection, or it was never opened."},
}

// ClosedBadly reports whether v, the verdict of an ending, says that it was wrong. One
// that is NON-STRICT could have been better, and is not.
func ClosedBadly(v cases.Verdict) bool {
	return v != cases.OK && v != cases.NonStrict && v != cases.Informational
}

// word is what a page says for the verdict of a case.
func word(v cases.Verdict) string { return gradeOf(grades, v).Word }

// class is the CSS class for the verdict of a case.
func class(v cases.Verdict) string { return gradeOf(grades, v).Class }

// closeWord is what a page says for the verdict of an ending.
func closeWord(v cases.Verdict) string { return gradeOf(closeGrades, v).Word }

func closeClass(v cases.Verdict) string { return gradeOf(closeGrades, v).Class }

func gradeOf(list []grade, v cases.Verdict) grade {
	for _, g := range list {
		if g.Verdict == v {
			return g
		}
	}
	return grade{Verdict: v, Word: Legible(string(v)), Class: "case_unknown"}
}
