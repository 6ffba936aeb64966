"""What a picture file says beside its pixels: EXIF, XMP, colour profiles, places on the ground."""
