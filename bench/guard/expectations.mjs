export const ISSUER = 'https://login.example'
export const AUDIENCE = 'https://service.example'
export const ALGORITHM = 'ES256'
