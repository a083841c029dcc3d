package resample

// Version changes with every change of what New makes of the same sound; it is
// a part of the key of each clip that was converted.
const Version = "kaiser 1"
