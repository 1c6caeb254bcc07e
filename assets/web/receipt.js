// The code of a scanned receipt stands behind the "#" of the address, which no server is sent: put it into the form.
"use strict";
{
  const code = decodeURIComponent(location.hash.slice(1));
  const field = document.getElementById("ma");
  if (field && /^[0-9A-Za-z-]{17,24}$/.test(code)) {
    field.value = code;
    history.replaceState(null, "", location.pathname + location.search);
    field.form.requestSubmit();
  }
}
