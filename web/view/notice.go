package view

// Notice describes what a form has done. It returns "" for unknown keys.
func Notice(what string) string {
	return map[string]string{
		"published":         "The assignment is published for them.",
		"unpublished":       "The publication is taken back.",
		"teams":             "The teams have changed.",
		"course-file":       "course.yaml is saved and applied.",
		"commented":         "The comment is made. The owner of the work reads it.",
		"uncommented":       "The comment is removed.",
		"activated":         "That version is active again.",
		"session-ended":     "The session has ended.",
		"token-revoked":     "The token is revoked.",
		"notice-topics":     "The topics are saved.",
		"notice-removed":    "That address gets no more notices.",
		"marked":            "This submission counts now.",
		"pool-open":         "Jobs of that flavour start again.",
		"pool-paused":       "No job of that flavour starts. Running jobs go on.",
		"pool-draining":     "No job of that flavour starts. Running jobs go on, and idle runners end.",
		"pool-size":         "The number of runners is set.",
		"moved":             "What waited for that flavour waits for the other now.",
		"rerun":             "It is being graded again.",
		"extended":          "The extension is granted.",
		"extension-ended":   "The extension is taken back.",
		"adjusted":          "The grade is adjusted.",
		"adjustment-ended":  "The adjustment is removed.",
		"outage":            "The outage is recorded. Due dates that it touched have moved.",
		"late-days":         "The number of late days is set.",
		"enrolled":          "The role is set.",
		"unenrolled":        "The enrolment has ended.",
		"imported":          "The roster is imported.",
		"regrade":           "The regrade set is made. Students see nothing of it until it is applied.",
		"regrade-applied":   "The regrade set is applied. Students read of it in their next push and on their pages.",
		"regrade-discarded": "The regrade set is discarded. No grade has changed.",
		"regrade-undone":    "The regrade set is undone.",
	}[what]
}
