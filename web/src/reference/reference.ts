import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js'
import 'swagger-ui-dist/swagger-ui.css'
import './reference.css'

/** The interactive reference at `/api`: requests are tried with the sign-in of this browser, or with a key. */
SwaggerUI({
  url: '/api/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
  // writes of a signed-in browser carry this header, against other sites' forms
  requestInterceptor: (request) => ({ ...request, headers: { ...request.headers, 'X-Battito': '1' } }),
})
