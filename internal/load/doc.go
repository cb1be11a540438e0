// Package load simulates the hours before a deadline with a real scheduler and a real
// store. Simulated students push more often towards the due date, and simulated runners
// use the real protocol over real connections but do not grade. It measures waiting
// times and processor time, and checks that no job is lost or done twice.
//
// The control plane (Plane) is a separate process, so that its memory and processor
// time can be measured. The simulation sends it events as lines of JSON.
package load
