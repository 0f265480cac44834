//! Keys in a PKCS#11 token (GM/T 0016 and PKCS#11 v2.40 name the same idea): the signer that never sees its secret.
