/** What a customer's own site does around the widget: opens it from its buttons, and says who has signed in. */
const chat = (...call) => (window.Battito ??= Object.assign((...c) => window.Battito.q.push(c), { q: [] }))(...call)

for (const button of document.querySelectorAll('[data-chat]')) button.addEventListener('click', () => chat('open'))

const account = document.getElementById('account')
document.getElementById('sign-in').addEventListener('click', async () => {
  // a real site asks its own server, which holds the widget's secret, for a token of five minutes
  const answer = await fetch('/demo/identity', { method: 'POST' })
  if (!answer.ok) {
    account.textContent = 'Accesso non riuscito'
    return
  }
  const { token, name } = await answer.json()
  chat('identify', token)
  account.textContent = name
})

document.getElementById('reading').addEventListener('submit', (event) => {
  event.preventDefault()
  const digits = new FormData(event.target).get('kwh').trim()
  document.getElementById('reading-status').textContent = /^\d{4,7}$/.test(digits)
    ? `Lettura ${digits} ricevuta, grazie.`
    : 'Scrivi solo i numeri neri, da quattro a sette cifre.'
})
