package schema

import "time"

// AutograderOrder asks the server to run an autograder of Gradescope in a container of its own. The request's body is
// a tar file with submission/ and submission_metadata.json.
type AutograderOrder struct {
	Attempt int        `json:"attempt"`
	Dir     string     `json:"dir"`               // of the tests repository, with a trailing slash
	Without []string   `json:"without,omitempty"` // files of the tests repository that the autograder must not have
	Limits  StepLimits `json:"limits"`            // Output is not used
	// ImageOnly has the image made unless it exists, and runs nothing.
	ImageOnly bool `json:"image_only,omitempty"`
}

// AutograderRun answers an AutograderOrder. If Failure is not empty, the autograder did not run.
type AutograderRun struct {
	Failure string `json:"failure,omitempty"` // why there is no image, for staff
	Setup   string `json:"setup,omitempty"`   // what a failed setup.sh printed

	Exit    int                `json:"exit"`
	Limit   string             `json:"limit,omitempty"` // the limit that ended it: cpu, wall, memory or disk
	CPU     time.Duration      `json:"cpu"`             // the last measurement
	Wall    time.Duration      `json:"wall"`
	Memory  int64              `json:"memory"` // bytes, the largest measurement
	Disk    int64              `json:"disk"`   // bytes, the last measurement
	Results []byte             `json:"results,omitempty"`
	Missing string             `json:"missing,omitempty"` // why results.json cannot be read
	Stdout  string             `json:"stdout,omitempty"`  // beginning and end of what the autograder printed
	Changed []AutograderChange `json:"changed,omitempty"` // files of source/ that differ from the image's
	// ChangesUnknown reports that Changed may not be all, because source/ holds too much, or too much of it changed.
	ChangesUnknown bool `json:"changes_unknown,omitempty"`
}

// AutograderChange is a file below source/ that was changed or removed during a run.
type AutograderChange struct {
	Path    string `json:"path"`             // below source/
	Content string `json:"sha256,omitempty"` // of its new content, in hex; "" if it was removed or is no regular file
}

// AutograderImage is an image that a setup.sh made.
type AutograderImage struct {
	ID       string    `json:"id"`    // SHA-256 of what it was made from, in hex
	Image    string    `json:"image"` // the daemon's id
	Size     int64     `json:"size"`  // bytes that setup.sh added to the image that it was made from; if unknown, those of the whole image
	Made     time.Time `json:"made"`
	Used     time.Time `json:"used"`               // when an autograder last ran in it
	Versions []string  `json:"versions,omitempty"` // active tests versions that use it, as COURSE/ASSIGNMENT
}
