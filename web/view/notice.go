package view

// Notice says what a form has done; "" for what is not in the closed set.
func Notice(what string) string {
	switch what {
	case "published":
		return "The assignment is published for them."
	case "unpublished":
		return "The publication is taken back."
	case "teams":
		return "The teams have changed."
	case "course-file":
		return "course.yaml is saved and applied."
	case "commented":
		return "The comment is made. The owner of the work reads it."
	case "uncommented":
		return "The comment is removed."
	case "activated":
		return "That version is active again."
	case "session-ended":
		return "The session has ended."
	case "token-revoked":
		return "The token is revoked."
	case "marked":
		return "This submission counts now."
	case "pool-open":
		return "Jobs of that flavour start again."
	case "pool-paused":
		return "No job of that flavour starts. Running jobs go on."
	case "pool-draining":
		return "No job of that flavour starts. Running jobs go on, and idle runners end."
	case "pool-size":
		return "The number of runners is set."
	case "moved":
		return "What waited for that flavour waits for the other now."
	case "rerun":
		return "It is being graded again."
	case "extended":
		return "The extension is granted."
	case "extension-ended":
		return "The extension is taken back."
	case "adjusted":
		return "The grade is adjusted."
	case "adjustment-ended":
		return "The adjustment is removed."
	case "outage":
		return "The outage is recorded. Due dates that it touched have moved."
	case "late-days":
		return "The number of late days is set."
	case "enrolled":
		return "The role is set."
	case "unenrolled":
		return "The enrolment has ended."
	case "imported":
		return "The roster is imported."
	case "regrade":
		return "The regrade set is made. Students see nothing of it until it is applied."
	case "regrade-applied":
		return "The regrade set is applied. Students read of it in their next push and on their pages."
	case "regrade-discarded":
		return "The regrade set is discarded. No grade has changed."
	case "regrade-undone":
		return "The regrade set is undone."
	}
	return ""
}
